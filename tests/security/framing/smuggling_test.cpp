// Request smuggling: whatever two HTTP implementations could frame differently is answered with 400 and the
// end of the connection, and the bytes behind it are never taken for a second request. Raw bytes, real
// sockets.

#include <gtest/gtest.h>

#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

struct Case {
  const char* name;
  std::string bytes;
};

const std::string kHost = "Host: shop.example\r\n";
const std::string kSecond = "GET /second HTTP/1.1\r\nHost: shop.example\r\n\r\n";

std::string post(const std::string& fields, const std::string& body) {
  return "POST /first HTTP/1.1\r\n" + kHost + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

std::string line(const std::string& request_line) { return request_line + "\r\n" + kHost + "\r\n"; }

std::vector<Case> body_length_cases() {
  return {
      {"gzip then Content-Length", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello")},
      {"gzip alone", post("Transfer-Encoding: gzip\r\n", "")},
      {"chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {"chunked,", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")},
      {"identity", post("Transfer-Encoding: identity\r\nContent-Length: 0\r\n", "")},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
      {"chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")},
      {"chunked with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
      {"empty Transfer-Encoding", post("Transfer-Encoding:\r\n", "")},
      {"two Transfer-Encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"a folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"HTTP/1.0 with chunked", "POST /first HTTP/1.0\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"Content-Length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked and Content-Length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two equal Content-Lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"two different Content-Lengths", post("Content-Length: 5\r\nContent-Length: 0\r\n", "hello")},
      {"Content-Length: 5, 5", post("Content-Length: 5, 5\r\n", "hello")},
      {"Content-Length: +5", post("Content-Length: +5\r\n", "hello")},
      {"Content-Length: -0", post("Content-Length: -0\r\n", "")},
      {"Content-Length: 0x5", post("Content-Length: 0x5\r\n", "hello")},
      {"Content-Length: 5 5", post("Content-Length: 5 5\r\n", "hello")},
      {"Content-Length: 5;a=b", post("Content-Length: 5;a=b\r\n", "hello")},
      {"empty Content-Length", post("Content-Length:\r\n", "")},
      {"an endless Content-Length", post("Content-Length: 18446744073709551621\r\n", "hello")},
      {"a folded Content-Length", post("Content-Length:\r\n 5\r\n", "hello")},
  };
}

std::vector<Case> field_cases() {
  return {
      {"a space before the colon", post("Content-Length : 5\r\n", "hello")},
      {"a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")},
      {"a space before the name", "POST /first HTTP/1.1\r\n Host: a\r\nContent-Length: 0\r\n\r\n"},
      {"a fold", post("X: a\r\n b\r\n", "")},
      {"a fold with a tab", post("X: a\r\n\tb\r\n", "")},
      {"an empty name", post(": 5\r\n", "")},
      {"a line without a colon", post("Content-Length\r\n", "")},
      {"a NUL in a value", post(std::string("X: a\0b\r\n", 8), "")},
      {"a NUL in a name", post(std::string("X\0: a\r\n", 7), "")},
      {"a bare return in a value", post("X: a\rContent-Length: 5\r\n", "")},
      {"a bare line feed after a field", post("X: a\nContent-Length: 5\r\n", "hello")},
      {"bare line feeds only", "POST /first HTTP/1.1\nHost: a\nContent-Length: 0\n\n"},
      {"a head that ends with a bare line feed", "GET /first HTTP/1.1\r\nHost: a\r\n\n"},
      {"two Hosts", "GET /first HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"two equal Hosts", "GET /first HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"no Host", "GET /first HTTP/1.1\r\nAccept: */*\r\n\r\n"},
      {"an empty Host", "GET /first HTTP/1.1\r\nHost:\r\n\r\n"},
      {"two names in a Host", "GET /first HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {"a path in a Host", "GET /first HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"a user in a Host", "GET /first HTTP/1.1\r\nHost: a@b\r\n\r\n"},
  };
}

std::vector<Case> chunk_cases() {
  return {
      {"a trailer", chunked("1\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n")},
      {"a forwarding trailer", chunked("0\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n")},
      {"a chunk extension", chunked("1;a=b\r\nx\r\n0\r\n\r\n")},
      {"an extension of the last chunk", chunked("0;a\r\n\r\n")},
      {"a chunk size with 0x", chunked("0x1\r\nx\r\n0\r\n\r\n")},
      {"a chunk size with a sign", chunked("+1\r\nx\r\n0\r\n\r\n")},
      {"a chunk size with a blank", chunked("1 \r\nx\r\n0\r\n\r\n")},
      {"a chunk size behind a blank", chunked(" 1\r\nx\r\n0\r\n\r\n")},
      {"an empty chunk size", chunked("\r\nx\r\n0\r\n\r\n")},
      {"an overflowing chunk size", chunked("10000000000000001\r\nx\r\n0\r\n\r\n")},
      {"a chunk size that ends with a bare line feed", chunked("1\nx\r\n0\r\n\r\n")},
      {"a chunk longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n")},
      {"a chunk that ends with a bare line feed", chunked("1\r\nx\n0\r\n\r\n")},
      {"a chunk that ends with a bare return", chunked("1\r\nx\r0\r\n\r\n")},
      {"a last chunk that ends with a bare line feed", chunked("0\r\n\n")},
  };
}

std::vector<Case> request_line_cases() {
  return {
      {"an empty line before the request", "\r\n" + line("GET /first HTTP/1.1")},
      {"a space before the request", " " + line("GET /first HTTP/1.1")},
      {"the absolute form", line("GET http://shop.example/first HTTP/1.1")},
      {"the asterisk form", line("OPTIONS * HTTP/1.1")},
      {"the authority form", line("CONNECT shop.example:443 HTTP/1.1")},
      {"a fragment", line("GET /first#x HTTP/1.1")},
      {"a backslash", line("GET /first\\x HTTP/1.1")},
      {"a space in the target", line("GET /first second HTTP/1.1")},
      {"a tab instead of a space", line("GET\t/first HTTP/1.1")},
      {"two spaces", line("GET  /first HTTP/1.1")},
      {"no target", line("GET HTTP/1.1")},
      {"an empty target", line("GET  HTTP/1.1")},
      {"a control byte in the target", line("GET /fir\x01st HTTP/1.1")},
      {"a byte beyond ASCII in the target", line("GET /first\xc3\xa9 HTTP/1.1")},
      {"a method that is no token", line("GE(T /first HTTP/1.1")},
      {"HTTP/0.9", "GET /first\r\n\r\n"},
      {"HTTP/1.2", line("GET /first HTTP/1.2")},
      {"HTTP/2.0", line("PRI /first HTTP/2.0")},
      {"HTTP/1.1 in lower case", line("GET /first http/1.1")},
      {"a version with a blank behind", line("GET /first HTTP/1.1 ")},
  };
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = [] {
    std::vector<Case> all;
    for (const auto& part : {body_length_cases(), field_cases(), chunk_cases(), request_line_cases()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kCases;
}

class Smuggling : public ::testing::Test {
 protected:
  TestServer server_;
};

TEST_F(Smuggling, is_answered_with_400_and_the_end) {
  for (const Case& row : cases()) {
    RawClient client(server_.port());
    client.send(row.bytes + kSecond);
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 400) << row.name;
    EXPECT_TRUE(answer.has("Connection: close")) << row.name;
    EXPECT_EQ(client.rest(), "") << row.name;
    EXPECT_FALSE(client.was_reset()) << row.name;
  }
  EXPECT_EQ(server_.dispatcher.seen(), std::vector<std::string>{});
}

TEST_F(Smuggling, is_answered_with_400_too_when_it_follows_a_good_request) {
  for (const Case& row : cases()) {
    RawClient client(server_.port());
    client.send("GET /good HTTP/1.1\r\nHost: a\r\n\r\n" + row.bytes + kSecond);
    EXPECT_EQ(client.receive().body, "/good") << row.name;
    EXPECT_EQ(client.receive().status, 400) << row.name;
    EXPECT_EQ(client.rest(), "") << row.name;
  }
  EXPECT_EQ(server_.dispatcher.seen(), std::vector<std::string>(cases().size(), "/good"));
}

TEST_F(Smuggling, bodies_that_look_like_requests_stay_bodies) {
  const std::string size = std::to_string(kSecond.size());
  RawClient client(server_.port());
  client.send("POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: " + size + "\r\n\r\n" + kSecond);
  EXPECT_EQ(client.receive().body, kSecond);
  client.send("POST /echo HTTP/1.1\r\n" + kHost + "transfer-encoding: CHUNKED\r\n\r\n2B\r\n" + kSecond.substr(0, 43) +
              "\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().body, kSecond.substr(0, 43));
  EXPECT_EQ(server_.dispatcher.seen(), (std::vector<std::string>{"/echo", "/echo"}));
}

TEST_F(Smuggling, of_a_tls_hello_on_a_plain_port_is_refused_at_once) {
  RawClient client(server_.port());
  EXPECT_EQ(client.exchange(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)).status, 400);
}

}  // namespace
}  // namespace kassa::platform
