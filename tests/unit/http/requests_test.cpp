// One connection, real sockets: what a well-meaning client may do, and where the limits are.

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "services/platform/server/request_ids.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

const std::string kHost = "Host: shop.example\r\n";

std::string get(const std::string& path, const std::string& fields = {}) {
  return "GET " + path + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

TEST(HttpRequests, every_answer_carries_the_standard_headers) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.exchange(get("/any"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "/any");
  EXPECT_TRUE(answer.has("Content-Length: 4"));
  EXPECT_TRUE(answer.has("Content-Type: text/plain"));
  EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff"));
  EXPECT_TRUE(answer.has("Referrer-Policy: no-referrer"));
  EXPECT_TRUE(answer.has("Cache-Control: no-store"));
  EXPECT_NE(answer.head.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(answer.head.find("\r\nRequest-Id: req_"), std::string::npos);
  EXPECT_EQ(answer.head.find("Server:"), std::string::npos);
  EXPECT_EQ(answer.head.find("Strict-Transport-Security"), std::string::npos);
  EXPECT_EQ(answer.head.find("Connection:"), std::string::npos);
}

TEST(HttpRequests, a_handlers_cache_control_stays_and_its_framing_headers_do_not) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.exchange(get("/own"));
  EXPECT_TRUE(answer.has("Cache-Control: max-age=60"));
  EXPECT_FALSE(answer.has("Cache-Control: no-store"));
  EXPECT_EQ(answer.body, "/own");
  EXPECT_EQ(answer.head.find("Connection:"), std::string::npos);
}

TEST(HttpRequests, the_handler_sees_what_was_sent) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.exchange("PATCH /facts?a=1&b=%20 HTTP/1.1\r\n" + kHost +
                                        "X-TEST:  padded \t\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(answer.body, "PATCH|/facts|a=1&b=%20|padded|abc|http|127.0.0.1");
}

TEST(HttpRequests, a_well_formed_trace_is_taken_over_and_any_other_begins_here) {
  TestServer server;
  RawClient client(server.port());
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string field = "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n";
  EXPECT_EQ(client.exchange(get("/trace", field)).body, trace + " recorded");
  std::set<std::string> made;
  for (const std::string& none :
       {std::string{}, "traceparent: 00-" + trace + "-00f067aa0ba902b7-1\r\n", field + field}) {
    const std::string body = client.exchange(get("/trace", none)).body;
    EXPECT_EQ(body.substr(32), " unrecorded");
    EXPECT_EQ(body.find_first_not_of("0123456789abcdef"), 32U);
    EXPECT_NE(body.substr(0, 32), trace);
    made.insert(body);
  }
  EXPECT_EQ(made.size(), 3U);
}

struct IdCase {
  const char* name;
  std::string field;
  std::string kept;
};

TEST(HttpRequests, a_callers_request_id_is_kept_when_it_is_sane) {
  const std::array<IdCase, 5> cases{IdCase{"Request-Id", "Request-Id: abc-1", "abc-1"},
                                    IdCase{"X-Request-Id", "X-Request-Id: abc-2", "abc-2"},
                                    IdCase{"empty", "Request-Id:", ""}, IdCase{"with a blank", "Request-Id: a b", ""},
                                    IdCase{"too long", "Request-Id: " + std::string(129, 'x'), ""}};
  TestServer server;
  RawClient client(server.port());
  for (const IdCase& row : cases) {
    const Answer answer = client.exchange(get("/id", row.field + "\r\n"));
    EXPECT_EQ(answer.has("Request-Id: " + row.kept), !row.kept.empty()) << row.name;
    EXPECT_EQ(answer.head.find("Request-Id: req_") != std::string::npos, row.kept.empty()) << row.name;
  }
}

TEST(HttpRequests, made_ids_are_32_hexadecimal_digits_of_which_each_comes_everywhere) {
  RequestIds ids;
  std::array<std::set<char>, 32> seen;
  std::set<std::string> different;
  for (int i = 0; i < 1'000; ++i) {
    std::string id;
    ids.make(id);
    ASSERT_EQ(id.size(), 36U);
    ASSERT_TRUE(id.starts_with("req_")) << id;
    for (std::size_t at = 0; at < seen.size(); ++at) seen[at].insert(id[4 + at]);
    different.insert(std::move(id));
  }
  EXPECT_EQ(different.size(), 1'000U);
  const std::string_view digits = "0123456789abcdef";
  for (const std::set<char>& here : seen) EXPECT_EQ(here, std::set<char>(digits.begin(), digits.end()));
}

TEST(HttpRequests, one_connection_answers_many_requests) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 100; ++i) {
    const std::string path = "/n" + std::to_string(i);
    ASSERT_EQ(client.exchange(get(path)).body, path);
  }
  EXPECT_EQ(server.metrics.value("http_connections"), 1);
}

TEST(HttpRequests, pipelined_requests_are_answered_in_order) {
  TestServer server;
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 4\r\n\r\n" + std::to_string(1000 + i);
  }
  client.send(all);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.receive().body, std::to_string(1000 + i));
}

TEST(HttpRequests, a_request_may_come_byte_by_byte) {
  TestServer server;
  RawClient client(server.port());
  const std::string bytes = "POST /echo HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" +
                            "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
  for (const char byte : bytes) client.send({&byte, 1});
  EXPECT_EQ(client.receive().body, "abc0123456789");
  EXPECT_EQ(client.exchange(get("/next")).body, "/next");
}

TEST(HttpRequests, bodies_up_to_the_limit_arrive_whole) {
  TestServer server;
  RawClient client(server.port());
  for (const std::size_t size : {std::size_t{1}, std::size_t{4'000}, std::size_t{70'000}, TinyDispatcher::kBodyMax}) {
    const std::string body(size, 'x');
    const std::string length = "Content-Length: " + std::to_string(size) + "\r\n\r\n";
    EXPECT_EQ(client.exchange("PUT /echo HTTP/1.1\r\n" + kHost + length + body).body, body) << size;
  }
}

TEST(HttpRequests, head_is_answered_without_a_body) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /any HTTP/1.1\r\n" + kHost + "\r\n");
  const Answer answer = client.receive(true);
  EXPECT_TRUE(answer.has("Content-Length: 4"));
  EXPECT_EQ(client.exchange(get("/next")).body, "/next");
}

TEST(HttpRequests, no_content_has_neither_body_nor_length) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.exchange(get("/empty"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.head.find("Content-"), answer.head.find("Content-Type-Options"));
  EXPECT_EQ(client.exchange(get("/next")).body, "/next");
}

TEST(HttpRequests, expect_100_continue_gets_its_go_ahead) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  EXPECT_EQ(client.exchange("hello").body, "hello");
}

TEST(HttpRequests, expect_100_continue_is_not_asked_for_a_body_that_is_too_large) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer =
      client.exchange("POST /no-body HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpRequests, http_1_0_closes_unless_it_asks_to_stay) {
  TestServer server;
  RawClient brief(server.port());
  const Answer answer = brief.exchange("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(brief.is_closed());
  RawClient staying(server.port());
  EXPECT_TRUE(staying.exchange("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has("Connection: keep-alive"));
  EXPECT_EQ(staying.exchange(get("/next")).body, "/next");
}

TEST(HttpRequests, connection_close_is_honoured) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/last", "Connection: close\r\n") + get("/never"));
  EXPECT_TRUE(client.receive().has("Connection: close"));
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.dispatcher.seen(), std::vector<std::string>{"/last"});
}

struct RefusedCase {
  const char* name;
  std::string bytes;
  int status;
};

TEST(HttpRequests, what_is_beyond_a_limit_is_refused_and_the_connection_closed) {
  const std::string long_body(TinyDispatcher::kBodyMax + 1, 'x');
  const std::array<RefusedCase, 10> cases{
      RefusedCase{"a declared body beyond the limit",
                  "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 100001\r\n\r\n" + long_body, 413},
      RefusedCase{"a huge declared body", "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 99999999999999\r\n\r\n",
                  413},
      RefusedCase{"a chunked body beyond the limit",
                  "POST /a HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n186A1\r\n" + long_body, 413},
      RefusedCase{"a body where none is taken", "POST /no-body HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n\r\nx",
                  413},
      RefusedCase{"a header beyond 8 KiB", get("/a", "X: " + std::string(9'000, 'x') + "\r\n"), 431},
      RefusedCase{"a header that never ends", "GET /a HTTP/1.1\r\nX: " + std::string(20'000, 'x'), 431},
      RefusedCase{"a target beyond 2 KiB", get("/" + std::string(2'048, 'x')), 414},
      RefusedCase{"a target that never ends", "GET /" + std::string(20'000, 'x'), 414},
      RefusedCase{"TRACE", "TRACE /a HTTP/1.1\r\n" + kHost + "\r\n", 405},
      RefusedCase{"a method nobody knows", "BREW /a HTTP/1.1\r\n" + kHost + "\r\n", 501}};
  TestServer server;
  for (const RefusedCase& row : cases) {
    RawClient client(server.port());
    const Answer answer = client.exchange(row.bytes);
    EXPECT_EQ(answer.status, row.status) << row.name;
    EXPECT_TRUE(answer.has("Connection: close")) << row.name;
    EXPECT_TRUE(client.is_closed()) << row.name;
    EXPECT_FALSE(client.was_reset()) << row.name;
  }
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "A: b\r\n";
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(get("/a", fields)).status, 431);
  EXPECT_TRUE(server.dispatcher.seen().empty());
}

TEST(HttpRequests, a_client_may_finish_sending_before_its_answer) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/any"));
  client.finish_sending();
  EXPECT_EQ(client.receive().body, "/any");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpRequests, a_large_answer_to_a_slow_reader_arrives_whole) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/big") + get("/next"));
  EXPECT_EQ(client.receive().body, std::string(TinyDispatcher::kBigBytes, 'b'));
  EXPECT_EQ(client.receive().body, "/next");
}

}  // namespace
}  // namespace kassa::platform
