// The server tells its clock, by which a process finds out whether its own is right.

#include <gtest/gtest.h>

#include "tests/integration/postgres/world.hpp"

namespace kassa {
namespace {

ports::asio::awaitable<void> ask_time(ports::DurableStore& store, std::optional<Instant>& time) {
  const auto told = co_await store.server_time();
  if (told) time = told.value();
}

TEST(PostgresClock, IsToldInMilliseconds) {
  World world;
  const auto now = [&] { return world.number("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"); };
  boost::asio::io_context io;
  std::optional<Instant> time;
  const std::int64_t before = now();
  boost::asio::co_spawn(io, ask_time(*world.store, time), boost::asio::detached);
  io.run();
  ASSERT_TRUE(time);
  EXPECT_GE(to_millis(*time), before);
  EXPECT_LE(to_millis(*time), now());
}

}  // namespace
}  // namespace kassa
