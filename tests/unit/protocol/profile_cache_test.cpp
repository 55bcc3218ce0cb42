#include "services/protocol/ucp/profile_cache.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "services/base/limits.hpp"
#include "tests/support/fakes.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;
using ProfilePtr = std::shared_ptr<const ports::PlatformProfile>;

/// Answers what it was told to, on the thread that asked; can hold its answers back until released.
class Platforms final : public ports::HttpClient {
 public:
  asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override {
    ++sent;
    last = request;
    if (gate) {
      boost::system::error_code opened;
      co_await gate->async_wait(asio::redirect_error(asio::use_awaitable, opened));
    }
    co_return reply;
  }

  void serve(std::string body, std::string cache_control = {}) {
    reply = {};
    reply.outcome = ports::CallOutcome::kSucceeded;
    reply.status = 200;
    reply.body = std::move(body);
    if (!cache_control.empty()) reply.headers.emplace_back("cache-control", std::move(cache_control));
  }
  void refuse() { reply = {}; }

  ports::HttpReply reply;
  ports::HttpRequest last;
  int sent{0};
  asio::steady_timer* gate{nullptr};
};

constexpr auto kProfile = R"({"ucp":{"version":"2026-04-08","capabilities":{}}})";
constexpr auto kUrl = "https://a.example/p";

class ProfileCacheTest : public testing::Test {
 protected:
  Result<ProfilePtr> fetch(std::string url = kUrl, bool permissive = false) {
    asio::io_context io;
    std::optional<Result<ProfilePtr>> result;
    start(io, std::move(url), permissive, result);
    io.run();
    return std::move(*result);
  }

  void start(asio::io_context& io, std::string url, bool permissive, std::optional<Result<ProfilePtr>>& result) {
    asio::co_spawn(io, run(std::move(url), permissive, result), asio::detached);
  }

  asio::awaitable<void> run(std::string url, bool permissive, std::optional<Result<ProfilePtr>>& result) {
    result = co_await cache.fetch(std::move(url), permissive);
  }

  Platforms platforms;
  ManualClock clock;
  ProfileCache cache{platforms, clock};
};

TEST_F(ProfileCacheTest, fetches_once_and_again_after_a_minute) {
  platforms.serve(kProfile);
  EXPECT_EQ(fetch().value()->version, "2026-04-08");
  EXPECT_TRUE(fetch().value()->readable);
  EXPECT_EQ(platforms.sent, 1);
  EXPECT_EQ(platforms.last.total_time, std::chrono::seconds(2));
  EXPECT_FALSE(platforms.last.allow_loopback);
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(fetch().value()->url, kUrl);
  EXPECT_EQ(platforms.sent, 2);
}

TEST_F(ProfileCacheTest, keeps_as_long_as_the_platform_says) {
  platforms.serve(kProfile, "public, max-age=600");
  ASSERT_TRUE(fetch());
  clock.advance(std::chrono::seconds(599));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(platforms.sent, 1);
}

TEST(ProfileLife, is_between_a_minute_and_an_hour) {
  EXPECT_EQ(profile_life(""), std::chrono::seconds(60));
  EXPECT_EQ(profile_life("no-store"), std::chrono::seconds(60));
  EXPECT_EQ(profile_life("max-age=5"), std::chrono::seconds(60));
  EXPECT_EQ(profile_life("public, max-age=300, immutable"), std::chrono::seconds(300));
  EXPECT_EQ(profile_life("max-age=999999999999999999"), std::chrono::hours(1));
  EXPECT_EQ(profile_life("max-age=-1"), std::chrono::seconds(60));
  EXPECT_EQ(profile_life("max-age=x"), std::chrono::seconds(60));
}

struct Served {
  const char* name;
  const char* body;  ///< nullptr: cannot be reached.
  Errc code;
};

TEST_F(ProfileCacheTest, tells_a_strict_store_why_and_a_permissive_one_that_it_is_unreadable) {
  const Served kRows[] = {
      {"unreachable", nullptr, Errc::kProfileUnreachable},
      {"no_json", "<html>", Errc::kProfileMalformed},
      {"array", "[]", Errc::kProfileMalformed},
      {"no_ucp_member", R"({"agent":{},"endpoints":{}})", Errc::kProfileMalformed},
      {"no_version", R"({"ucp":{}})", Errc::kProfileMalformed},
      {"version_is_no_date", R"({"ucp":{"version":"1.0"}})", Errc::kProfileMalformed},
  };
  for (const Served& row : kRows) {
    SCOPED_TRACE(row.name);
    platforms.refuse();
    if (row.body != nullptr) platforms.serve(row.body);
    const std::string url = std::string("https://a.example/") + row.name;
    const auto strict = fetch(url, false);
    ASSERT_FALSE(strict);
    EXPECT_EQ(strict.error().code, row.code);
    const auto permissive = fetch(url, true);
    ASSERT_TRUE(permissive);
    EXPECT_FALSE(permissive.value()->readable);
    EXPECT_EQ(permissive.value()->url, url);
  }
}

TEST_F(ProfileCacheTest, does_not_ask_a_failing_platform_again_for_five_seconds) {
  platforms.refuse();
  ASSERT_TRUE(fetch(kUrl, true));
  ASSERT_TRUE(fetch(kUrl, true));
  EXPECT_EQ(platforms.sent, 1);
  clock.advance(std::chrono::seconds(6));
  platforms.serve(kProfile);
  EXPECT_TRUE(fetch(kUrl, true).value()->readable);
  EXPECT_EQ(platforms.sent, 2);
  EXPECT_TRUE(platforms.last.allow_loopback);
}

TEST_F(ProfileCacheTest, serves_an_old_profile_while_its_platform_is_away_but_not_for_ever) {
  platforms.serve(kProfile);
  ASSERT_TRUE(fetch());
  platforms.refuse();
  clock.advance(std::chrono::seconds(61));
  EXPECT_TRUE(fetch());
  EXPECT_EQ(platforms.sent, 2);
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(fetch().error().code, Errc::kProfileUnreachable);
}

TEST_F(ProfileCacheTest, drops_a_profile_that_its_platform_broke) {
  platforms.serve(kProfile);
  ASSERT_TRUE(fetch());
  platforms.serve("gone");
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(fetch().error().code, Errc::kProfileMalformed);
}

TEST_F(ProfileCacheTest, never_shows_a_strict_store_what_only_a_permissive_one_may_fetch) {
  platforms.serve(kProfile);
  ASSERT_TRUE(fetch(kUrl, true).value()->readable);
  platforms.refuse();
  EXPECT_FALSE(fetch(kUrl, false));
  EXPECT_EQ(platforms.sent, 2);
}

TEST_F(ProfileCacheTest, fetches_once_for_all_that_wait) {
  platforms.serve(kProfile);
  asio::io_context io;
  asio::steady_timer gate(io, asio::steady_timer::time_point::max());
  platforms.gate = &gate;
  std::array<std::optional<Result<ProfilePtr>>, 8> results;
  for (auto& result : results) start(io, kUrl, false, result);
  io.poll();
  EXPECT_EQ(platforms.sent, 1);
  gate.cancel();
  io.run();
  for (const auto& result : results) EXPECT_TRUE(result && *result);
  EXPECT_EQ(platforms.sent, 1);
}

TEST_F(ProfileCacheTest, wakes_those_who_wait_on_other_threads) {
  platforms.serve(kProfile);
  asio::io_context first;
  asio::io_context second;
  asio::steady_timer gate(first, asio::steady_timer::time_point::max());
  platforms.gate = &gate;
  std::optional<Result<ProfilePtr>> leader;
  std::optional<Result<ProfilePtr>> follower;
  start(first, kUrl, false, leader);
  first.poll();
  start(second, kUrl, false, follower);
  second.poll();  // It sleeps now.
  std::thread thread([&second] { second.run(); });
  gate.cancel();
  first.run();
  thread.join();
  EXPECT_TRUE(leader && *leader && follower && *follower);
  EXPECT_EQ(platforms.sent, 1);
}

TEST_F(ProfileCacheTest, lets_nobody_wait_for_a_fetch_that_was_thrown_away) {
  platforms.serve(kProfile);
  std::optional<Result<ProfilePtr>> abandoned;
  {
    asio::io_context io;
    asio::steady_timer gate(io, asio::steady_timer::time_point::max());
    platforms.gate = &gate;
    start(io, kUrl, false, abandoned);
    io.poll();
  }
  platforms.gate = nullptr;
  EXPECT_FALSE(abandoned);
  EXPECT_EQ(fetch().error().code, Errc::kProfileUnreachable);
  clock.advance(std::chrono::seconds(6));
  EXPECT_TRUE(fetch());
}

TEST_F(ProfileCacheTest, bounds_what_strangers_can_start_and_keep) {
  platforms.serve(kProfile);
  asio::io_context io;
  asio::steady_timer gate(io, asio::steady_timer::time_point::max());
  platforms.gate = &gate;
  std::array<std::optional<Result<ProfilePtr>>, 70> results;
  for (std::size_t i = 0; i < results.size(); ++i) {
    start(io, "https://a.example/" + std::to_string(i), false, results[i]);
  }
  io.poll();
  EXPECT_EQ(platforms.sent, 64);
  EXPECT_EQ(results.back()->error().code, Errc::kOverloaded);
  gate.cancel();
  io.run();
  platforms.gate = nullptr;
  for (int i = 0; i < 12'000; ++i) ASSERT_TRUE(fetch("https://b.example/" + std::to_string(i)));
  EXPECT_LE(cache.size(), limits::kProfilesCachedMax);
  EXPECT_GT(cache.size(), limits::kProfilesCachedMax / 2);
}

}  // namespace
}  // namespace kassa::protocol
