// The checks of a head and the chunked decoder, one rule a row. The refused ones run over sockets in
// tests/security/framing.

#include <gtest/gtest.h>

#include "services/platform/server/chunked.hpp"
#include "services/platform/server/framing.hpp"
#include "services/platform/server/response_head.hpp"

namespace kassa::platform {
namespace {

struct Accepted {
  const char* name;
  const char* head;
  Framing framing;
};

constexpr auto kNone = Framing::Body::kNone;
constexpr auto kLength = Framing::Body::kLength;
constexpr auto kChunked = Framing::Body::kChunked;

TEST(Framing, heads_that_are_accepted) {
  const Accepted cases[] = {
      {"plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", {kNone, 0, true, false, false}},
      {"a port", "GET / HTTP/1.1\r\nhost:a:8443\r\n\r\n", {kNone, 0, true, false, false}},
      {"an IPv6 host", "GET / HTTP/1.1\r\nHOST: [::1]:8443\t\r\n\r\n", {kNone, 0, true, false, false}},
      {"a length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\n\r\n", {kLength, 7, true, false, false}},
      {"chunked", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", {kChunked, 0, true, false, false}},
      {"close in a list",
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: te, Close\r\n\r\n",
       {kNone, 0, false, false, false}},
      {"not quite close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", {kNone, 0, true, false, false}},
      {"expect", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n", {kNone, 0, true, true, false}},
      {"1.0", "GET / HTTP/1.0\r\n\r\n", {kNone, 0, false, false, true}},
      {"1.0 that stays", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", {kNone, 0, true, false, true}},
      {"1.0 expects in vain", "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", {kNone, 0, false, false, true}},
  };
  for (const Accepted& row : cases) {
    Framing framing;
    EXPECT_EQ(check_head(row.head, framing), nullptr) << row.name;
    EXPECT_EQ(framing.body, row.framing.body) << row.name;
    EXPECT_EQ(framing.length, row.framing.length) << row.name;
    EXPECT_EQ(framing.keep_alive, row.framing.keep_alive) << row.name;
    EXPECT_EQ(framing.expects_continue, row.framing.expects_continue) << row.name;
    EXPECT_EQ(framing.http_1_0, row.framing.http_1_0) << row.name;
  }
}

TEST(Framing, another_expectation_is_417) {
  Framing framing;
  const Refusal* refusal = check_head("PUT / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n", framing);
  ASSERT_NE(refusal, nullptr);
  EXPECT_EQ(refusal->status, 417);
}

TEST(Framing, every_cut_of_a_good_head_may_still_become_one) {
  const std::string_view head = "GET /a HTTP/1.1\r\nHost: a\r\nX:\tb\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) EXPECT_FALSE(hopeless_head(head.substr(0, size), 0)) << size;
}

TEST(Framing, bytes_no_head_may_hold_are_noticed_before_its_end) {
  for (const std::string_view bytes : {"GET /\n", "GET\r ", "\r", " GET", "GET \x01", "GET \x7f"}) {
    EXPECT_TRUE(hopeless_head(bytes, 0)) << bytes;
  }
  EXPECT_TRUE(hopeless_head("GET\rX", 4));
}

TEST(ChunkedDecoder, stops_exactly_behind_the_body) {
  std::string bytes = "3\r\nabc\r\n00\r\n\r\nGET";
  std::size_t consumed = 0;
  std::size_t produced = 0;
  ChunkedDecoder decoder(3);
  EXPECT_EQ(decoder.feed(bytes, bytes.data(), consumed, produced), ChunkedDecoder::Status::kDone);
  EXPECT_EQ(bytes.substr(consumed), "GET");
  EXPECT_EQ(bytes.substr(0, produced), "abc");
}

TEST(ChunkedDecoder, refuses_more_than_the_limit_before_it_arrives) {
  std::string bytes = "3\r\nabc\r\n1\r\n";
  std::size_t consumed = 0;
  std::size_t produced = 0;
  ChunkedDecoder decoder(3);
  EXPECT_EQ(decoder.feed(bytes, bytes.data(), consumed, produced), ChunkedDecoder::Status::kTooLong);
  EXPECT_EQ(decoder.feed("x", bytes.data(), consumed, produced), ChunkedDecoder::Status::kMalformed);
}

TEST(DateLine, has_the_form_that_http_wants_and_lives_for_its_second) {
  DateLine date;
  const auto now = std::chrono::steady_clock::now();
  const std::string line{date.at(now)};
  EXPECT_EQ(line.size(), std::string_view{"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"}.size());
  EXPECT_TRUE(line.ends_with(" GMT\r\n"));
  EXPECT_EQ(date.at(now), line);
}

}  // namespace
}  // namespace kassa::platform
