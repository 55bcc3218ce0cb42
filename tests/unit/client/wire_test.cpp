#include "services/platform/client/wire.hpp"

#include <gtest/gtest.h>

namespace kassa::platform {
namespace {

using ports::CallOutcome;
using ports::HttpRequest;

TEST(Wire, writes_a_request) {
  HttpRequest request{"POST", "https://a.example:8443/pay?x=1"};
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}};
  request.body = "{}";
  EXPECT_EQ(write_request(request, parse_url(request.url).value()),
            "POST /pay?x=1 HTTP/1.1\r\nHost: a.example:8443\r\nContent-Type: application/json\r\n"
            "Idempotency-Key: k\r\nUser-Agent: kassa\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(Wire, tells_the_length_where_a_body_is_expected_and_only_there) {
  const auto bytes_of = [](const char* method) {
    const HttpRequest request{method, "https://a.example/"};
    return write_request(request, parse_url(request.url).value()).value();
  };
  EXPECT_EQ(bytes_of("GET").find("Content-Length"), std::string::npos);
  EXPECT_NE(bytes_of("POST").find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(Wire, refuses_what_could_smuggle) {
  const struct {
    const char* name;
    const char* method;
    const char* header;
    std::string value;
  } cases[] = {
      {"a line break in a value", "GET", "X", "a\r\nY: b"},
      {"a bare line feed", "GET", "X", "a\nb"},
      {"a NUL", "GET", "X", std::string("a\0b", 3)},
      {"a colon in a name", "GET", "X:Y", "a"},
      {"a space in a name", "GET", "X ", "a"},
      {"an empty name", "GET", "", "a"},
      {"a space in the method", "GET /x HTTP/1.1\r\nA:", "X", "a"},
      {"an empty method", "", "X", "a"},
      {"an own host", "GET", "host", "b.example"},
      {"an own length", "POST", "content-length", "5"},
      {"an own framing", "POST", "Transfer-Encoding", "chunked"},
      {"an own connection", "POST", "Connection", "close"},
      {"an expectation", "POST", "Expect", "100-continue"},
  };
  for (const auto& row : cases) {
    HttpRequest request{row.method, "https://a.example/"};
    request.headers = {{row.header, row.value}};
    EXPECT_FALSE(write_request(request, parse_url(request.url).value())) << row.name;
  }
}

TEST(Wire, judges_a_status) {
  for (const int status : {200, 201, 202, 204, 299}) EXPECT_EQ(outcome_of(status), CallOutcome::kSucceeded) << status;
  for (const int status : {300, 302, 304, 400, 402, 404, 409, 429, 499}) {
    EXPECT_EQ(outcome_of(status), CallOutcome::kRejected) << status;
  }
  for (const int status : {0, 100, 101, 199, 500, 502, 503, 504, 599, 600, 999}) {
    EXPECT_EQ(outcome_of(status), CallOutcome::kUnknown) << status;
  }
}

}  // namespace
}  // namespace kassa::platform
