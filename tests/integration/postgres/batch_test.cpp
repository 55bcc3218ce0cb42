// How long a batch may take: a silent server is given up soon, a long batch that gets on is not.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "services/platform/postgres/postgres_connection.hpp"
#include "tests/support/postgres.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kManyCalls = 3'000;

PostgresSession hasty_session(std::chrono::milliseconds answer_time) {
  PostgresSession session;
  session.conninfo = test_postgres();
  session.schema = "public";
  session.answer_time = answer_time;
  return session;
}

asio::awaitable<PostgresBatch> connect_and_run(PostgresConnection& db, std::vector<PostgresCall> calls) {
  const auto connected = co_await db.connect();
  EXPECT_TRUE(connected);
  co_return co_await db.run(std::move(calls));
}

PostgresBatch batch_of(const PostgresSession& session, std::vector<PostgresCall> calls) {
  asio::io_context io;
  PostgresConnection db(io, session);
  auto batch = asio::co_spawn(io, connect_and_run(db, std::move(calls)), asio::use_future);
  io.run();
  return batch.get();
}

TEST(PostgresBatch, a_long_one_may_take_longer_than_an_answer_as_long_as_it_gets_on) {
  const PostgresSession session = hasty_session(std::chrono::milliseconds{2'500});
  const std::vector<PostgresCall> calls(kManyCalls, PostgresCall("SELECT CAST(pg_sleep(0.001) AS TEXT)"));
  const auto began = std::chrono::steady_clock::now();
  const PostgresBatch batch = batch_of(session, calls);
  EXPECT_FALSE(batch.fault) << batch.fault->message;
  EXPECT_EQ(batch.done.size(), kManyCalls);
  EXPECT_GT(std::chrono::steady_clock::now() - began, session.answer_time);
}

TEST(PostgresBatch, a_server_that_says_nothing_is_given_up) {
  const PostgresSession session = hasty_session(std::chrono::milliseconds{200});
  const PostgresBatch batch = batch_of(session, {PostgresCall("SELECT CAST(pg_sleep(1.9) AS TEXT)")});
  ASSERT_TRUE(batch.fault);
  EXPECT_EQ(batch.fault->kind, PostgresFault::Kind::kLost);
}

}  // namespace
}  // namespace kassa::platform
