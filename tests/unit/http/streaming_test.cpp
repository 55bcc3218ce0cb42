// Answers whose body comes piece by piece: how it is framed, and everything that ends it.

#include <gtest/gtest.h>

#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

const std::string kChunks = "3\r\none\r\n3\r\ntwo\r\n";

std::string get_stream(std::string_view query, std::string_view rest = " HTTP/1.1\r\nHost: a\r\n\r\n") {
  return std::string("GET /stream?").append(query).append(rest);
}

TEST(HttpStreaming, every_piece_is_a_chunk_and_the_connection_ends_with_the_body) {
  TestServer server;
  RawClient client(server.port());
  const Answer head = client.exchange(get_stream("end"));
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("Transfer-Encoding: chunked"));
  EXPECT_TRUE(head.has("Connection: close"));
  EXPECT_EQ(head.head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(client.rest(), kChunks + "0\r\n\r\n");
  server.dispatcher.await_source_gone();
}

TEST(HttpStreaming, http_1_0_has_no_chunks) {
  TestServer server;
  RawClient client(server.port());
  const Answer head = client.exchange(get_stream("end", " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(head.has("Transfer-Encoding: chunked"));
  EXPECT_EQ(client.rest(), "onetwo");
}

TEST(HttpStreaming, head_is_told_the_head_alone) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /stream?wait HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive(true).status, 200);
  EXPECT_TRUE(client.is_closed());
  server.dispatcher.await_source_gone();
}

TEST(HttpStreaming, a_client_that_goes_away_stops_the_source) {
  TestServer server;
  {
    RawClient client(server.port());
    EXPECT_EQ(client.exchange(get_stream("wait")).status, 200);
  }
  server.dispatcher.await_source_gone();
}

TEST(HttpStreaming, whatever_the_client_sends_ends_the_stream) {
  TestServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get_stream("wait")).status, 200);
  client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.rest(), kChunks + "0\r\n\r\n");
  EXPECT_EQ(server.dispatcher.seen().size(), 1U);
}

TEST(HttpStreaming, draining_ends_the_stream_properly) {
  TestServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get_stream("wait")).status, 200);
  auto drained = server.drain();
  EXPECT_EQ(client.rest(), kChunks + "0\r\n\r\n");
  drained.wait();
  EXPECT_EQ(server.log.count("http.drain_incomplete"), 0);
}

TEST(HttpStreaming, a_source_that_throws_leaves_a_torn_body) {
  TestServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get_stream("throw")).status, 200);
  EXPECT_EQ(client.rest(), kChunks);
  EXPECT_EQ(server.log.count("http.handler_failed"), 1);
}

}  // namespace
}  // namespace kassa::platform
