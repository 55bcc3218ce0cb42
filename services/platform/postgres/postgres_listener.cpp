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

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kListenBase{50};
constexpr std::chrono::milliseconds kListenCap{2'000};
constexpr std::chrono::milliseconds kAskAgain{100};
constexpr std::chrono::seconds kAnswerTime{10};
constexpr std::size_t kToldMax = 256;

/// A machine that vanished is noticed by the server within 20 s, too: its place must become free.
constexpr std::string_view kNoticeTheDead =
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '3', false), "
    "set_config('tcp_keepalives_count', '3', false)";
constexpr std::string_view kTakeAlone = "SELECT pg_try_advisory_lock(hashtextextended('kassa.processes.' || $1, 0))";
constexpr std::string_view kTakeShared =
    "SELECT pg_try_advisory_lock_shared(hashtextextended('kassa.processes.' || $1, 0))";
constexpr std::string_view kTell = "SELECT 1::bigint FROM pg_notify($1, $2)";

PostgresSession listening_session(const PostgresListener::Options& options) {
  ensure(is_schema_name(options.schema), "a channel is named like its schema");
  PostgresSession session;
  session.conninfo = options.conninfo;
  session.schema = options.schema;
  session.read_only = true;
  return session;
}

void pass_exception_on(const std::exception_ptr& failed) {
  if (failed) std::rethrow_exception(failed);
}

}  // namespace

PostgresListener::PostgresListener(Options options, ports::Log& log)
    : options_(std::move(options)),
      session_(listening_session(options_)),
      channel_{options_.schema},
      sql_("LISTEN " + options_.schema),
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

Result<void> PostgresListener::wait_for_place() {
  std::future<Result<void>> place = place_.get_future();
  if (place.wait_for(options_.patience + kAnswerTime) == std::future_status::ready) return place.get();
  return Error{Errc::kStoreUnavailable, "PostgreSQL: no answer in time"};
}

void PostgresListener::tell(std::string message) {
  asio::post(io_, [this, message = std::move(message)]() mutable {
    // Too much to say while nobody can be told: they shall look at everything.
    if (to_tell_.size() >= kToldMax) to_tell_ = {""};
    if (!to_tell_.contains("")) to_tell_.insert(std::move(message));
    if (db_.connected()) wake_.cancel();
  });
}

asio::awaitable<void> PostgresListener::listen() {
  for (int failures = 0; !closing_; ++failures) {
    const auto standing = co_await subscribe();
    if (standing && standing.value() == Standing::kHeld) {
      failures = 0;
      held_ = true;
      waiting_since_.reset();
      settle(ok());
      options_.on_change("");
      while (db_.connected() && !closing_) {
        co_await pass_on();
      }
      if (db_.connected() && !to_tell_.empty()) co_await send_told();
    } else if (standing) {
      db_.drop();
      failures = 0;
      note_taken();
    } else if (failures == 0) {
      log_.warn("store.not_listening", {{"message", standing.error().message}});
    }
    if (closing_) break;
    const bool is_taken = waiting_since_.has_value();
    wake_.expires_after(is_taken ? kAskAgain : backoff(kListenBase, kListenCap, failures));
    co_await rest();
  }
  settle(Error{Errc::kStoreUnavailable, "the database could not be asked whether others serve it"});
  db_.drop();
}

/// Whoever is waited for in vain is alive.
void PostgresListener::note_taken() {
  const auto now = Steady::now();
  if (!waiting_since_) waiting_since_ = now;
  if (now - *waiting_since_ < options_.patience) return;
  if (held_ && !std::exchange(displaced_, true)) options_.on_displaced();
  settle(Error{Errc::kGuardFailed, "another process serves the database"});
}

void PostgresListener::settle(Result<void> place) {
  if (!std::exchange(settled_, true)) place_.set_value(std::move(place));
}

asio::awaitable<PostgresResult<PostgresListener::Standing>> PostgresListener::subscribe() {
  auto made = co_await db_.connect();
  if (!made) co_return std::move(made.error());
  std::vector<PostgresCall> calls;
  calls.emplace_back(kNoticeTheDead);
  if (options_.beside == PostgresPlace::kNobody) calls.emplace_back(kTakeAlone, channel_);
  if (options_.beside == PostgresPlace::kOthersWhoShare) calls.emplace_back(kTakeShared, channel_);
  calls.emplace_back(sql_);
  auto batch = co_await db_.run(std::move(calls));
  if (batch.fault) co_return std::move(*batch.fault);
  if (options_.beside == PostgresPlace::kAnybody) co_return Standing::kHeld;
  co_return ports::as_int(batch.done[1].returned.at(0).at(0)) == 1 ? Standing::kHeld : Standing::kTaken;
}

asio::awaitable<void> PostgresListener::pass_on() {
  for (auto message = db_.take_notification(); message; message = db_.take_notification()) options_.on_change(*message);
  if (!to_tell_.empty()) {
    co_await send_told();
    co_return;
  }
  wake_.expires_at(asio::steady_timer::time_point::max());
  db_.watch(wake_);
  co_await rest();
  db_.unwatch();
}

/// What could not be told, or perhaps was, is told again after the next connection.
asio::awaitable<void> PostgresListener::send_told() {
  const std::set<std::string> told = std::exchange(to_tell_, {});
  std::vector<std::vector<ports::SqlValue>> params;
  params.reserve(told.size());
  std::vector<PostgresCall> calls;
  for (const std::string& message : told) {
    params.push_back({options_.schema, message});
    calls.emplace_back(kTell, params.back());
  }
  const auto batch = co_await db_.run(std::move(calls));
  if (!batch.fault) co_return;
  log_.warn("store.not_told", {{"message", batch.fault->message}});
  to_tell_.insert(told.begin(), told.end());
  if (batch.fault->kind != PostgresFault::Kind::kLost) db_.drop();
}

asio::awaitable<void> PostgresListener::rest() {
  boost::system::error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace kassa::platform
