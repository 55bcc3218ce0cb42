#include "services/platform/server/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/platform/server/lane.hpp"
#include "services/platform/server/server_state.hpp"

namespace kassa::platform {

class Server::Impl {
 public:
  Impl(std::vector<asio::io_context*> contexts, std::shared_ptr<ServerState> state)
      : contexts_(std::move(contexts)), state_(std::move(state)) {}
  ~Impl() {
    state_->alive = false;
    state_->forget_quiet();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::uint16_t> start();
  [[nodiscard]] asio::io_context& first_context() const { return *contexts_.front(); }
  [[nodiscard]] bool started() const noexcept { return !lanes_.empty(); }
  static asio::awaitable<void> drain(std::shared_ptr<Impl> self);

 private:
  template <class Action>
  void on_every_lane(Action action) {
    for (const auto& lane : lanes_) {
      asio::post(lane->context(), [lane, action] { action(*lane); });
    }
  }

  asio::awaitable<void> wait_quiet(std::chrono::milliseconds at_most);

  std::vector<asio::io_context*> contexts_;
  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Timer> quiet_signal_;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

namespace {

/// Lanes share the port by SO_REUSEPORT, and the kernel would share it with a stranger just as well: half of the shop's
/// requests would go to another one. A socket that shares with nobody finds out.
Result<void> refuse_if_taken(asio::io_context& context, const asio::ip::tcp::endpoint& endpoint) {
  if (endpoint.port() == 0) return ok();
  boost::system::error_code error;
  asio::ip::tcp::acceptor probe(context);
  probe.open(endpoint.protocol(), error);
  probe.set_option(asio::socket_base::reuse_address(true), error);
  probe.bind(endpoint, error);
  if (!error) return ok();
  return Error{Errc::kInternal, "cannot listen on " + endpoint.address().to_string() + " port " +
                                    std::to_string(endpoint.port()) + ": " + error.message()};
}

}  // namespace

Result<std::uint16_t> Server::Impl::start() {
  const ListenerOptions& options = state_->options;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error || contexts_.empty())
    return Error{Errc::kInvalidRequest, "not an address to listen on: " + options.address};
  if (options.tls) {
    KASSA_TRY(state_->tls, TlsContext::load(options.certificate_file, options.key_file));
  }
  KASSA_TRY(refuse_if_taken(first_context(), asio::ip::tcp::endpoint(address, options.port)));
  std::uint16_t port = options.port;
  std::vector<std::shared_ptr<Lane>> bound;
  for (asio::io_context* context : contexts_) {
    bound.push_back(std::make_shared<Lane>(*context, state_));
    KASSA_TRY(port, bound.back()->bind(asio::ip::tcp::endpoint(address, port)));
  }
  state_->label = std::to_string(port);
  lanes_ = std::move(bound);
  for (const auto& lane : lanes_) lane->start();
  return port;
}

asio::awaitable<void> Server::Impl::wait_quiet(std::chrono::milliseconds at_most) {
  Timer& signal = *quiet_signal_;
  signal.expires_after(at_most);
  while (!state_->quiet() && SteadyClock::now() < signal.expiry()) co_await signal.async_wait(kAsTuple);
}

asio::awaitable<void> Server::Impl::drain(std::shared_ptr<Impl> self) {
  constexpr std::chrono::milliseconds kGrace{1000};
  self->quiet_signal_ = std::make_shared<Timer>(self->first_context());
  self->state_->watch_quiet(self->first_context(), self->quiet_signal_);
  self->on_every_lane([](Lane& lane) { lane.drain(); });
  co_await self->wait_quiet(self->state_->limits.drain_time);
  if (self->state_->quiet()) co_return;
  self->on_every_lane([](Lane& lane) { lane.close_all(); });
  co_await self->wait_quiet(kGrace);
  if (!self->state_->quiet()) {
    const auto left = static_cast<std::int64_t>(self->state_->connections());
    self->state_->log.error("http.drain_incomplete", {{"connections", left}});
  }
}

Server::Server(std::vector<asio::io_context*> contexts, ListenerOptions options, Dispatcher& dispatcher,
               ports::Log& log, ports::Metrics& metrics, ServerLimits limits)
    : impl_(std::make_shared<Impl>(
          std::move(contexts), std::make_shared<ServerState>(std::move(options), dispatcher, log, metrics, limits))) {}

Server::~Server() = default;

Result<std::uint16_t> Server::start() { return impl_->start(); }

asio::awaitable<void> Server::drain() {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl->started()) co_return;
  // On a lane's thread, so that nothing it waits for can happen between its looking and its waiting.
  co_await asio::co_spawn(impl->first_context(), Impl::drain(impl), asio::use_awaitable);
}

}  // namespace kassa::platform
