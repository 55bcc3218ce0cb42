#pragma once
// One I/O thread's share of a Server: its acceptor, its connections (the idle ones in order of age), one
// timer that sweeps over their deadlines, and the scratch memory that answers are written in. Runs on its
// io_context's thread only.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "services/platform/server/connection.hpp"
#include "services/platform/server/request_ids.hpp"
#include "services/platform/server/response_head.hpp"
#include "services/platform/server/server_state.hpp"

namespace kassa::platform {

class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(asio::io_context& context, std::shared_ptr<ServerState> state);

  /// Binds; called before the context runs.
  Result<std::uint16_t> bind(const asio::ip::tcp::endpoint& endpoint);
  void start();
  /// Stops accepting, after those who wait in the listen queue; closes what is idle, lets the rest finish what it is
  /// doing.
  void drain();
  /// Ends what did not finish in time.
  void close_all();

  void enroll(Connection& connection);
  void retire(Connection& connection) noexcept;
  /// A new phase with its own deadline; idle connections queue up for eviction, oldest first.
  void enter(Connection& connection, Phase phase, SteadyClock::time_point deadline);

  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] ServerState& state() noexcept { return *state_; }
  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] DateLine& date() noexcept { return date_; }
  [[nodiscard]] RequestIds& request_ids() noexcept { return request_ids_; }
  /// Memory for one answer's head; whoever takes it gives it back.
  [[nodiscard]] std::string take_scratch() noexcept;
  void return_scratch(std::string scratch);

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  static asio::awaitable<void> accept_loop(std::shared_ptr<Lane> self);
  static asio::awaitable<void> sweep_loop(std::shared_ptr<Lane> self);
  void welcome_queued();
  void welcome_or_drop(Socket socket, const asio::ip::tcp::endpoint& peer);
  void welcome(Socket socket, const asio::ip::tcp::endpoint& peer);
  bool evict_oldest_idle();
  void sweep(SteadyClock::time_point now);

  asio::io_context& context_;
  std::shared_ptr<ServerState> state_;
  Acceptor acceptor_;
  Timer pause_;
  Timer sweep_timer_;
  std::list<Connection*> busy_;
  std::list<Connection*> idle_;
  bool draining_{};
  DateLine date_;
  RequestIds request_ids_;
  std::vector<std::string> scratch_;  // As many as there were answers on their way at once.
};

}  // namespace kassa::platform
