#include "services/platform/postgres/postgres_connection.hpp"

#include <libpq-fe.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/platform/postgres/postgres_values.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kStatementsMax = 1'024;
constexpr int kServerVersionMin = 140'000;
// A longer batch, as an import is, has as much time again whenever it has got so far: slow is not silent.
constexpr std::size_t kCallsPerDeadline = 1'000;

using Clock = std::chrono::steady_clock;
using WaitType = asio::posix::stream_descriptor::wait_type;
using boost::system::error_code;

PostgresFault lost(std::string why) { return {PostgresFault::Kind::kLost, "", std::move(why)}; }

PostgresResult<void> check_call(const PostgresCall& call) {
  if (call.sql.find_first_not_of(" \t\r\n;") == std::string_view::npos) {
    return PostgresFault{PostgresFault::Kind::kBug, "", "empty statement"};
  }
  return check_params(call.params);
}

std::int64_t rows_changed(const PGresult* result) {
  const std::string_view count = PQcmdTuples(const_cast<PGresult*>(result));
  return count.empty() ? 0 : std::stoll(std::string(count));
}

}  // namespace

void PostgresConnection::CloseConnection::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }
void PostgresConnection::ClearResult::operator()(pg_result* result) const noexcept { PQclear(result); }

PostgresConnection::PostgresConnection(asio::io_context& io, const PostgresSession& session)
    : session_(session), socket_(io), deadline_(io) {}

PostgresConnection::~PostgresConnection() { drop(); }

void PostgresConnection::drop() noexcept {
  ready_ = false;
  watching_ = false;
  awaited_.clear();
  prepared_.clear();
  // The descriptor is libpq's to close; afterwards its number may be anybody's.
  if (socket_.is_open()) socket_.release();
  connection_.reset();
}

void PostgresConnection::arm(std::chrono::milliseconds time) {
  expired_ = false;
  deadline_.expires_after(time);
  auto strike = [this](const error_code& cancelled) {
    // A strike that was on its way when the deadline moved on means nothing.
    if (cancelled || Clock::now() < deadline_.expiry()) return;
    expired_ = true;
    if (socket_.is_open()) socket_.cancel();
  };
  deadline_.async_wait(std::move(strike));
}

asio::awaitable<void> PostgresConnection::wait_for(Await what) {
  error_code ignored;
  const WaitType type = what == Await::kReadable ? WaitType::wait_read : WaitType::wait_write;
  co_await socket_.async_wait(type, asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<PostgresResult<void>> PostgresConnection::connect() {
  drop();
  arm(session_.connect_time);
  auto shaken = co_await shake_hands();
  if (shaken) {
    PQenterPipelineMode(connection_.get());
    arm(session_.connect_time);
    shaken = co_await apply_settings();
  }
  deadline_.cancel();
  if (!shaken) drop();
  ready_ = shaken.has_value();
  co_return shaken;
}

asio::awaitable<PostgresResult<void>> PostgresConnection::shake_hands() {
  connection_.reset(begin_connecting(session_));
  PGconn* const connection = connection_.get();
  if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD) co_return connection_fault(connection);
  told_to_go_ = false;
  PQsetNoticeReceiver(connection, &PostgresConnection::hear, this);
  auto next = PGRES_POLLING_WRITING;
  while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
    // libpq may close its socket and open another, with the same number, in every step.
    error_code failed;
    socket_.assign(PQsocket(connection), failed);
    if (failed) co_return lost("the socket cannot be watched");
    co_await wait_for(next == PGRES_POLLING_READING ? Await::kReadable : Await::kWritable);
    socket_.release();
    if (expired_) co_return lost("no connection in time");
    next = PQconnectPoll(connection);
  }
  if (next != PGRES_POLLING_OK) co_return connection_fault(connection);
  if (PQserverVersion(connection) < kServerVersionMin) co_return lost("the server is older than PostgreSQL 14");
  error_code failed;
  socket_.assign(PQsocket(connection), failed);
  if (failed || PQsetnonblocking(connection, 1) != 0) co_return lost("the socket cannot be watched");
  co_return outcome::success();
}

asio::awaitable<PostgresResult<void>> PostgresConnection::apply_settings() {
  const std::vector<ports::SqlValue> settings = settings_of(session_);
  std::vector<PostgresCall> calls;
  calls.emplace_back(kApplySettings, settings);
  ready_ = true;
  auto batch = co_await run(std::move(calls));
  if (batch.fault) co_return std::move(*batch.fault);
  co_return outcome::success();
}

asio::awaitable<PostgresBatch> PostgresConnection::run(std::vector<PostgresCall> calls) {
  PostgresBatch batch;
  for (const PostgresCall& call : calls) {
    if (auto fits = check_call(call); !fits) {
      batch.fault = std::move(fits.error());
      co_return batch;
    }
  }
  if (!ready_) {
    batch.fault = lost("not connected");
    co_return batch;
  }
  arm(session_.answer_time);
  batch.done.reserve(calls.size());
  const bool sent = send(calls);
  bool whole = false;
  if (sent && co_await flush(calls.size())) whole = co_await read_answers(calls, batch);
  deadline_.cancel();
  if (!whole) {
    // Whatever was answered before the end counts; what was not is lost.
    if (!batch.fault && batch.done.size() < calls.size()) {
      batch.fault = expired_ ? lost("no answer in time") : connection_fault(connection_.get());
    }
    drop();
  }
  co_return batch;
}

bool PostgresConnection::send(std::span<const PostgresCall> calls) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!send_call(i, calls[i])) return false;
  }
  return PQpipelineSync(connection_.get()) == 1;
}

bool PostgresConnection::send_call(std::size_t number, const PostgresCall& call) {
  PGconn* const connection = connection_.get();
  auto found = prepared_.find(call.sql);
  if (found == prepared_.end()) {
    found = prepared_.emplace(std::string(call.sql), "k" + std::to_string(names_given_++)).first;
    if (PQsendPrepare(connection, found->second.c_str(), found->first.c_str(), 0, nullptr) != 1) return false;
    awaited_.push_back(Awaited{number, true});
  }
  const PostgresParams params(call.params);
  if (PQsendQueryPrepared(connection, found->second.c_str(), params.count(), params.values(), params.lengths(),
                          params.formats(), 1) != 1) {
    return false;
  }
  awaited_.push_back(Awaited{number, false});
  return true;
}

asio::awaitable<bool> PostgresConnection::flush(std::size_t calls) {
  using namespace asio::experimental::awaitable_operators;
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left <= 0) co_return left == 0;
    if (expired_) co_return false;
    // The server may stop reading until somebody reads what it answers.
    co_await (wait_for(Await::kReadable) || wait_for(Await::kWritable));
    if (PQconsumeInput(connection_.get()) != 1) co_return false;
    if (calls > kCallsPerDeadline && !expired_) arm(session_.answer_time);
  }
}

asio::awaitable<PostgresConnection::ResultPtr> PostgresConnection::next_result() {
  while (PQisBusy(connection_.get()) != 0) {
    if (expired_) co_return nullptr;
    co_await wait_for(Await::kReadable);
    // At the end of the stream libpq closes its socket, and what had arrived before is still to be had.
    if (PQconsumeInput(connection_.get()) != 1) break;
  }
  co_return ResultPtr(PQgetResult(connection_.get()));
}

asio::awaitable<bool> PostgresConnection::read_answers(std::span<const PostgresCall> calls, PostgresBatch& batch) {
  bool ended = false;  // A null stands between the answers of two commands; two in a row are the end of all.
  for (;;) {
    const ResultPtr result = co_await next_result();
    if (!result) {
      if (std::exchange(ended, true)) co_return false;
      continue;
    }
    ended = false;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) co_return true;
    if (awaited_.empty()) co_return false;
    const Awaited awaited = awaited_.front();
    awaited_.pop_front();
    const bool failed = PQresultStatus(result.get()) != PGRES_COMMAND_OK;
    if (awaited.prepares && failed) prepared_.erase(prepared_.find(calls[awaited.call].sql));
    if (!awaited.prepares || failed) take_answer(calls[awaited.call], result.get(), batch);
    if (batch.fault && batch.fault->kind == PostgresFault::Kind::kLost) co_return false;
    const bool turn = awaited.call != 0 && awaited.call % kCallsPerDeadline == 0;
    if (turn && !expired_) arm(session_.answer_time);
  }
}

void PostgresConnection::take_answer(const PostgresCall& call, const pg_result* result, PostgresBatch& batch) {
  if (batch.fault) return;
  ports::StepResult answer;
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK: answer.rows = rows_changed(result); break;
    case PGRES_TUPLES_OK: {
      auto rows = read_rows(result);
      if (!rows) {
        batch.fault = std::move(rows.error());
        return;
      }
      answer.returned = std::move(rows.value());
      answer.rows = static_cast<std::int64_t>(answer.returned.size());
      break;
    }
    case PGRES_FATAL_ERROR: batch.fault = postgres_fault(result); return;
    default:
      batch.fault = PostgresFault{PostgresFault::Kind::kBug, "", "not one statement: " + std::string(call.sql)};
      return;
  }
  batch.last_tag = PQcmdStatus(const_cast<PGresult*>(result));
  batch.done.push_back(std::move(answer));
}

bool PostgresConnection::worn_out() const noexcept { return prepared_.size() > kStatementsMax; }

void PostgresConnection::watch(asio::steady_timer& wake) {
  watching_ = true;
  auto on_input = [this, &wake](const error_code& cancelled) {
    if (cancelled || !watching_) return;
    still_there();
    wake.cancel();
  };
  socket_.async_wait(WaitType::wait_read, std::move(on_input));
}

void PostgresConnection::unwatch() {
  watching_ = false;
  if (socket_.is_open()) socket_.cancel();
}

bool PostgresConnection::still_there() {
  if (!ready_) return false;
  const bool open = PQconsumeInput(connection_.get()) == 1;
  // Asking whether it is busy makes libpq read what has arrived.
  static_cast<void>(PQisBusy(connection_.get()));
  if (!open || told_to_go_ || PQstatus(connection_.get()) == CONNECTION_BAD) drop();
  return ready_;
}

void PostgresConnection::hear(void* connection, const pg_result* notice) {
  const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string_view said = severity == nullptr ? "" : severity;
  // Nothing else is kept: a notice may quote a value.
  if (said == "FATAL" || said == "PANIC") static_cast<PostgresConnection*>(connection)->told_to_go_ = true;
}

std::optional<std::string> PostgresConnection::take_notification() {
  PGnotify* const notification = PQnotifies(connection_.get());
  if (notification == nullptr) return std::nullopt;
  std::string payload = notification->extra;
  PQfreemem(notification);
  return payload;
}

}  // namespace kassa::platform
