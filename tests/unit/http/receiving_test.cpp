// The receiving half without sockets: however the bytes are cut, the same requests come out.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "services/platform/server/receiving.hpp"
#include "services/platform/server/server.hpp"

namespace kassa::platform {
namespace {

class Taking final : public Dispatcher {
 public:
  asio::awaitable<http::Response> dispatch(http::Request&) override { co_return http::Response{}; }
  std::size_t body_bytes_max(http::Request& request) override {
    request.params = {request.path, "of my own"};
    return 300'000;
  }
  http::Response failure(int status, std::string_view, std::string_view) override { return {status, ""}; }
};

std::string summary(http::Request& request) {
  std::string text{to_text(request.method)};
  text.append(" ").append(request.path).append("?").append(request.query);
  for (const auto& [name, value] : request.headers) text.append("|").append(name).append("=").append(value);
  for (const auto& param : request.params) text.append("/").append(param);
  return text.append("|").append(request.body);
}

/// What a session would do with `bytes`, arriving in pieces of the given sizes (the last one repeats).
std::vector<std::string> receive_all(std::string_view bytes, const std::vector<std::size_t>& pieces) {
  Taking dispatcher;
  Receiver receiver(dispatcher);
  std::vector<std::string> seen;
  std::size_t next = 0;
  const auto read_into = [&](std::span<char> room) {
    const std::size_t piece = pieces.empty() ? bytes.size() : pieces[std::min(next, pieces.size() - 1)];
    ++next;
    const std::size_t size = std::min({std::max<std::size_t>(piece, 1), room.size(), bytes.size()});
    std::memcpy(room.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    receiver.received(size);
  };
  for (;;) {
    while (receiver.wants_head() && !bytes.empty()) read_into(receiver.room_for_head());
    if (receiver.wants_head()) return seen;
    receiver.begin();
    receiver.admit_body();
    while (receiver.wants_body() && !bytes.empty()) read_into(receiver.room_for_body());
    if (receiver.wants_body()) return seen;
    if (const Refusal* refusal = receiver.refusal()) {
      seen.push_back(std::to_string(refusal->status));
      return seen;
    }
    seen.push_back(summary(receiver.request()));
    receiver.finish();
  }
}

std::string chunked_body(const std::string& body, std::size_t step) {
  std::string raw;
  char size[16];
  for (std::size_t at = 0; at < body.size(); at += step) {
    const std::string part = body.substr(at, step);
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    raw += size + part + "\r\n";
  }
  return raw + "0\r\n\r\n";
}

std::string request_of(const std::string& body, std::size_t chunk_step) {
  const std::string head = "POST /a/b?c=d HTTP/1.1\r\nHost: shop\r\nEmpty:\r\nX-Long: " + std::string(500, 'v');
  if (chunk_step == 0) {
    return head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  return head + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked_body(body, chunk_step);
}

RC_GTEST_PROP(Receiving, gives_the_same_requests_however_the_bytes_are_cut, ()) {
  std::string stream;
  std::vector<std::string> bodies;
  const int requests = *rc::gen::inRange(1, 5);
  for (int i = 0; i < requests; ++i) {
    const std::size_t size = *rc::gen::element<std::size_t>(0, 1, 20, 3'000, 9'000);
    const std::string body(size, static_cast<char>('a' + i));
    const std::size_t smallest_step = size > 100 ? 50 : 1;
    const auto step = *rc::gen::element<std::size_t>(0, smallest_step, 1'000, 5'000);
    bodies.push_back(body);
    stream += request_of(body, step);
  }
  const auto pieces = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 6'000));
  const auto whole = receive_all(stream, {});
  RC_ASSERT(whole.size() == bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    RC_ASSERT(whole[i].starts_with("POST /a/b?c=d|Host=shop|Empty=|X-Long=v"));
    RC_ASSERT(whole[i].ends_with("|" + bodies[i]));
  }
  RC_ASSERT(receive_all(stream, pieces) == whole);
  RC_ASSERT(receive_all(stream, {1}) == whole);
}

RC_GTEST_PROP(Receiving, survives_any_bytes, ()) {
  std::string stream = request_of("abc", *rc::gen::inRange<std::size_t>(0, 3));
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    stream[*rc::gen::inRange<std::size_t>(0, stream.size())] = *rc::gen::arbitrary<char>();
  }
  // Whether refused or understood, the verdict must not depend on the cut.
  RC_ASSERT(receive_all(stream, {}) == receive_all(stream, {1}));
}

TEST(Receiving, grows_for_a_long_body_and_keeps_the_views_right) {
  const std::string body(250'000, 'x');
  for (const std::size_t step : {std::size_t{0}, std::size_t{30'000}}) {
    const auto seen = receive_all(request_of(body, step) + request_of("next", 0), {700, 1, 3'000});
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_NE(seen[0].find("//a/b/of my own|"), std::string::npos);
    EXPECT_TRUE(seen[0].ends_with("|" + body));
    EXPECT_TRUE(seen[1].ends_with("|next"));
  }
}

}  // namespace
}  // namespace kassa::platform
