#pragma once
// One connection to one Redis server, for one I/O thread: commands are pipelined in the order of their calls, each has
// its own deadline, and a breaker answers at once while the server is away. Connects when it is first needed, and again
// after a pause. It waits for its socket only while replies are due, so an idle connection holds up no shutdown. The
// process must ignore SIGPIPE (hiredis writes with write()).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/platform/redis/breaker.hpp"
#include "services/platform/redis/options.hpp"
#include "services/platform/redis/reply.hpp"
#include "services/platform/store/waiter.hpp"
#include "services/ports/log.hpp"

struct redisAsyncContext;

namespace kassa::platform {

/// A command's words. They are copied when the call begins.
using RedisWords = std::vector<std::string_view>;

class RedisConnection : public std::enable_shared_from_this<RedisConnection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RedisConnection(const asio::any_io_executor& executor, RedisAddress address, const RedisOptions& options,
                  ports::Log& log);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// Sends `words` and waits for the reply until `until`. kUpstreamNotSent, kOverloaded: surely not carried out.
  /// kTimeout, kUpstreamUnknown: may have been, or may still be. `asking`: as a cluster's ASK redirection wants it.
  asio::awaitable<Result<RedisReply>> call(RedisWords words, Time until, bool asking = false);

  /// Answers whoever waits and lets go of the socket. The object is not used afterwards.
  void close();

  [[nodiscard]] const RedisAddress& address() const noexcept { return address_; }

  struct Command {
    RedisWords words;
    Time until;
    bool asking{};
  };
  /// What call() does, for submit_and_suspend().
  void submit(const Command& command, WaiterPtr<RedisReply> waiter);

 private:
  friend struct RedisHooks;  ///< What hiredis calls.
  struct Call {
    WaiterPtr<RedisReply> waiter{};  ///< Null: nobody waits (any more).
    Time until{};
    Time sent{};
    bool login{false};
  };
  [[nodiscard]] Result<void> ready(Time now);
  bool open(Time now);
  void resolve();
  void log_in(Time now);
  void issue(const RedisWords& words, Call call);
  void want_read();
  void want_write();
  void read_now();
  void write_now();
  void take(const redisReply* reply);
  void socket_gone() noexcept;
  void drop_socket();
  void arm(Time at);
  void tick();
  void judge(bool well);

  asio::any_io_executor executor_;
  const RedisAddress address_;
  const RedisOptions& options_;
  ports::Log& log_;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer timer_;
  asio::ip::tcp::resolver resolver_;
  std::string numeric_host_;  ///< Empty: to be resolved.
  redisAsyncContext* context_{};
  std::deque<Call> calls_;  ///< In the order of their replies.
  Breaker breaker_;
  Time retry_at_{};
  std::chrono::milliseconds pause_;
  std::uint64_t generation_{};  ///< Counts sockets: a handler of a former one does nothing.
  Time armed_for_{Time::max()};
  bool connected_{false};
  bool resolving_{false};
  bool reading_{false};
  bool writing_{false};
  bool flushing_{false};
  bool in_read_{false};
  bool in_write_{false};
};

}  // namespace kassa::platform
