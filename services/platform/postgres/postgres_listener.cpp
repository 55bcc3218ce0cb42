#include "services/platform/postgres/postgres_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/base/ensure.hpp"
#include "services/platform/postgres/backoff.hpp"
#include "services/platform/postgres/postgres_dialect.hpp"

namespace kassa::platform {
namespace {

constexpr std::chrono::milliseconds kListenBase{50};
constexpr std::chrono::milliseconds kListenCap{2'000};

PostgresSession listening_session(std::string conninfo, std::string schema) {
  ensure(is_schema_name(schema), "a channel is named like its schema");
  PostgresSession session;
  session.conninfo = std::move(conninfo);
  session.schema = std::move(schema);
  session.read_only = true;
  return session;
}

void pass_exception_on(std::exception_ptr failed) {
  if (failed) std::rethrow_exception(failed);
}

}  // namespace

PostgresListener::PostgresListener(std::string conninfo, std::string schema, OnChange on_change, ports::Log& log)
    : session_(listening_session(std::move(conninfo), std::move(schema))),
      sql_("LISTEN " + session_.schema),
      on_change_(std::move(on_change)),
      log_(log),
      db_(io_, session_),
      wake_(io_) {
  asio::co_spawn(io_, listen(), &pass_exception_on);
  thread_ = std::thread([this] { io_.run(); });
}

PostgresListener::~PostgresListener() {
  asio::post(io_, [this] {
    closing_ = true;
    wake_.cancel();
  });
  thread_.join();
}

asio::awaitable<void> PostgresListener::listen() {
  for (int failures = 0; !closing_; ++failures) {
    const auto heard = co_await subscribe();
    if (heard) {
      failures = 0;
      on_change_("");
      while (db_.connected() && !closing_) {
        co_await pass_on();
      }
    } else if (failures == 0) {
      log_.warn("store.not_listening", {{"message", heard.error().message}});
    }
    if (closing_) break;
    wake_.expires_after(backoff(kListenBase, kListenCap, failures));
    co_await rest();
  }
  db_.drop();
}

asio::awaitable<PostgresResult<void>> PostgresListener::subscribe() {
  auto made = co_await db_.connect();
  if (!made) co_return made;
  std::vector<PostgresCall> calls;
  calls.emplace_back(sql_);
  auto batch = co_await db_.run(std::move(calls));
  if (batch.fault) co_return std::move(*batch.fault);
  co_return outcome::success();
}

asio::awaitable<void> PostgresListener::pass_on() {
  for (auto store = db_.take_notification(); store; store = db_.take_notification()) on_change_(*store);
  wake_.expires_at(asio::steady_timer::time_point::max());
  db_.watch(wake_);
  co_await rest();
  db_.unwatch();
}

asio::awaitable<void> PostgresListener::rest() {
  boost::system::error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace kassa::platform
