// What a stream of server-sent events says, and when it ends. The clock is real, the waits are a millisecond.

#include "services/protocol/v1/events.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <deque>

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr EventTimes kQuick{milliseconds{1}, milliseconds{60'000}, milliseconds{60'000}};
const std::string kHello = "retry: 2000\n\n";

Watched watched_at(std::string version, std::string status, bool final = false) {
  return {std::move(version), "\"tag\"", std::move(status), final};
}

std::string told(const std::string& version, const std::string& status) {
  return "id: " + version + "\nevent: changed\ndata: {\"version\":\"" + version +
         "\",\"etag\":\"\\\"tag\\\"\",\"status\":\"" + status + "\"}\n\n";
}

/// Shows one state after the other; the last one stays.
class Script {
 public:
  explicit Script(std::deque<Result<Watched>> states) : states_(std::move(states)) {}

  asio::awaitable<Result<Watched>> look() {
    ++looks_;
    Result<Watched> state = states_.front();
    if (states_.size() > 1) states_.pop_front();
    co_return state;
  }
  [[nodiscard]] int looks() const noexcept { return looks_; }

 private:
  std::deque<Result<Watched>> states_;
  int looks_{};
};

std::vector<std::string> pieces_of(Script& script, std::string seen, EventTimes times = kQuick) {
  asio::io_context context;
  SessionEvents events([&script] { return script.look(); }, std::move(seen), nullptr, times);
  std::vector<std::string> pieces;
  for (;;) {
    auto piece = asio::co_spawn(context, events.next(), asio::use_future);
    context.restart();
    context.run();
    pieces.push_back(piece.get());
    if (pieces.back().empty()) return pieces;
  }
}

TEST(SessionEvents, tells_the_state_at_once_every_change_and_the_end) {
  Script script({watched_at("1.1.a", "incomplete"), watched_at("1.1.a", "incomplete"),
                 watched_at("1.2.b", "ready_for_complete"), watched_at("1.3.b", "completed", true)});
  const std::vector<std::string> wanted{kHello + told("1.1.a", "incomplete"), told("1.2.b", "ready_for_complete"),
                                        told("1.3.b", "completed"), ""};
  EXPECT_EQ(pieces_of(script, ""), wanted);
  EXPECT_EQ(script.looks(), 4);
}

TEST(SessionEvents, what_the_client_has_seen_is_not_told_again) {
  Script script({watched_at("1.1.a", "incomplete"), watched_at("1.2.b", "completed", true)});
  EXPECT_EQ(pieces_of(script, "1.1.a"), (std::vector<std::string>{kHello, told("1.2.b", "completed"), ""}));
}

TEST(SessionEvents, ends_with_the_session_but_not_with_a_database_that_is_away) {
  Script script({watched_at("1.1.a", "incomplete"), Error{Errc::kStoreUnavailable, "away"},
                 Error{Errc::kCheckoutExpired, "over"}});
  EXPECT_EQ(pieces_of(script, "1.1.a"), (std::vector<std::string>{kHello, ""}));
  EXPECT_EQ(script.looks(), 3);
}

TEST(SessionEvents, says_from_time_to_time_that_it_lives_and_ends_after_its_life) {
  Script script({watched_at("1.1.a", "incomplete")});
  const auto pieces = pieces_of(script, "1.1.a", {milliseconds{1}, milliseconds{5}, milliseconds{40}});
  ASSERT_GE(pieces.size(), 3U);
  for (std::size_t at = 1; at + 1 < pieces.size(); ++at) EXPECT_EQ(pieces[at], ": nothing new\n\n");
}

TEST(SessionEvents, stopping_ends_the_wait) {
  Script script({watched_at("1.1.a", "incomplete")});
  asio::io_context context;
  SessionEvents events([&script] { return script.look(); }, "", nullptr, {milliseconds{600'000}});
  auto first = asio::co_spawn(context, events.next(), asio::use_future);
  context.run();
  EXPECT_FALSE(first.get().empty());
  auto second = asio::co_spawn(context, events.next(), asio::use_future);
  context.restart();
  context.poll();
  events.stop();
  context.restart();
  context.run();
  EXPECT_EQ(second.get(), "");
}

TEST(EventSlots, are_given_back_and_bounded_for_process_and_session) {
  EventSlots slots(3, 2);
  auto one = slots.take("a");
  auto two = slots.take("a");
  EXPECT_EQ(slots.take("a").error().code, Errc::kRateLimited);
  auto three = slots.take("b");
  EXPECT_EQ(slots.take("c").error().code, Errc::kOverloaded);
  two.value().reset();
  EXPECT_TRUE(slots.take("a").has_value());
}

}  // namespace
}  // namespace kassa::protocol
