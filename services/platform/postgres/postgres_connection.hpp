#pragma once
// One connection to a PostgreSQL server, in pipeline mode, with its prepared statements kept by text. Everything is
// asynchronous on one io_context, whose only thread is the only one that may touch the object; its owner (a pool or a
// listener) destroys it after that context has stopped running. A batch that gets no answer in time loses the
// connection, as does one that the server ends.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/platform/postgres/postgres_fault.hpp"
#include "services/platform/postgres/postgres_session.hpp"
#include "services/ports/store.hpp"

namespace kassa::platform {

namespace asio = boost::asio;

/// One statement of a batch. Refers to text and values that must outlive the batch.
struct PostgresCall {
  std::string_view sql;
  std::span<const ports::SqlValue> params;

  explicit PostgresCall(std::string_view sql_, std::span<const ports::SqlValue> params_ = {})
      : sql(sql_), params(params_) {}
};

/// What became of a batch: the calls that succeeded, in order, and why the next one did not. After a fault the server
/// skipped the rest.
struct PostgresBatch {
  std::vector<ports::StepResult> done;
  std::string last_tag;  ///< Of the last call that succeeded: "COMMIT", "UPDATE 1".
  std::optional<PostgresFault> fault;
};

class PostgresConnection {
 public:
  PostgresConnection(asio::io_context& io, const PostgresSession& session);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  /// Connects anew, with the session's settings.
  asio::awaitable<PostgresResult<void>> connect();
  [[nodiscard]] bool connected() const noexcept { return ready_; }
  /// So many statements are prepared that it is time for a new connection.
  [[nodiscard]] bool worn_out() const noexcept;
  void drop() noexcept;
  /// Whether the server has not been heard to end the session; if it was, the connection is dropped.
  bool still_there();

  /// Sends all calls at once and reads their answers. They are one transaction only if they say so. With a fault of
  /// kind kLost the connection is gone.
  asio::awaitable<PostgresBatch> run(std::vector<PostgresCall> calls);

  /// While nothing runs: cancels `wake` when the server says something or goes away. Ends with unwatch().
  void watch(asio::steady_timer& wake);
  void unwatch();
  /// The payload of the next notification that has arrived.
  std::optional<std::string> take_notification();

 private:
  struct CloseConnection {
    void operator()(pg_conn* connection) const noexcept;
  };
  struct ClearResult {
    void operator()(pg_result* result) const noexcept;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using ResultPtr = std::unique_ptr<pg_result, ClearResult>;
  /// An answer to come: of the preparation of call number `call`, or of the call itself.
  struct Awaited {
    std::size_t call;
    bool prepares;
  };
  enum class Await : unsigned char { kReadable, kWritable };

  /// libpq's hook for what the server says unasked.
  static void hear(void* connection, const pg_result* notice);
  asio::awaitable<PostgresResult<void>> shake_hands();
  asio::awaitable<PostgresResult<void>> apply_settings();
  bool send(std::span<const PostgresCall> calls);
  bool send_call(std::size_t number, const PostgresCall& call);
  asio::awaitable<bool> flush(std::size_t calls);
  asio::awaitable<ResultPtr> next_result();
  /// True when all answers came, good or bad, and the connection can go on.
  asio::awaitable<bool> read_answers(std::span<const PostgresCall> calls, PostgresBatch& batch);
  void take_answer(const PostgresCall& call, const pg_result* result, PostgresBatch& batch);
  asio::awaitable<void> wait_for(Await what);
  void arm(std::chrono::milliseconds time);

  const PostgresSession& session_;
  std::unique_ptr<pg_conn, CloseConnection> connection_;
  asio::posix::stream_descriptor socket_;  // libpq's descriptor, borrowed.
  asio::steady_timer deadline_;
  bool expired_{};
  bool ready_{};
  bool told_to_go_{};  // The server said, unasked, that it ends the session.
  bool watching_{};
  std::deque<Awaited> awaited_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> prepared_;  // Text -> name.
  std::size_t names_given_{};
};

}  // namespace kassa::platform
