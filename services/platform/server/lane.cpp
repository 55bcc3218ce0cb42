#include "services/platform/server/lane.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "services/platform/server/session.hpp"

namespace kassa::platform {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kSweepFastest{5};
constexpr std::chrono::milliseconds kSweepSlowest{500};
constexpr std::size_t kScratchMax = 64;
constexpr std::chrono::seconds kLateTime{1};

std::chrono::milliseconds sweep_period(const ServerLimits& limits) {
  const auto shortest =
      std::min({limits.handshake_time, limits.header_time, limits.body_time, limits.write_time, limits.idle_time});
  return std::clamp(shortest / 8, kSweepFastest, kSweepSlowest);
}

Error cannot_listen(const error_code& error) { return Error{Errc::kInternal, "cannot listen: " + error.message()}; }

}  // namespace

Lane::Lane(asio::io_context& context, std::shared_ptr<ServerState> state)
    : context_(context), state_(std::move(state)), acceptor_(context), pause_(context), sweep_timer_(context) {}

Result<std::uint16_t> Lane::bind(const asio::ip::tcp::endpoint& endpoint) {
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (error) return cannot_listen(error);
  const int on = 1;
  acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    return cannot_listen(error_code(errno, boost::system::system_category()));
  }
  acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(error);
  return acceptor_.local_endpoint().port();
}

void Lane::start() {
  state_->lane_opened();
  asio::co_spawn(context_, accept_loop(shared_from_this()), asio::detached);
  asio::co_spawn(context_, sweep_loop(shared_from_this()), asio::detached);
}

asio::awaitable<void> Lane::accept_loop(std::shared_ptr<Lane> self) {
  while (!self->draining_) {
    Socket socket(self->context_);
    asio::ip::tcp::endpoint peer;
    const auto outcome = co_await self->acceptor_.async_accept(socket, peer, kAsTuple);
    const error_code error = std::get<0>(outcome);
    if (!error) {
      self->welcome_or_drop(std::move(socket), peer);
    } else if (self->draining_) {
      break;
    } else if (error != asio::error::operation_aborted && error != asio::error::connection_aborted) {
      // Out of descriptors or memory: asking again at once would spin, and an idle connection can make room.
      self->state_->log.warn("http.accept_paused", {{"why", error.message()}});
      self->evict_oldest_idle();
      self->pause_.expires_after(kAcceptPause);
      co_await self->pause_.async_wait(kAsTuple);
    }
  }
  self->state_->lane_closed();
}

/// Whom the kernel has greeted already would otherwise be cut off without an answer.
void Lane::welcome_queued() {
  error_code error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    Socket socket(context_);
    asio::ip::tcp::endpoint peer;
    acceptor_.accept(socket, peer, error);
    if (!error) welcome_or_drop(std::move(socket), peer);
  }
}

void Lane::welcome_or_drop(Socket socket, const asio::ip::tcp::endpoint& peer) {
  // Out of memory for one connection must not end the loop that accepts the next ones.
  try {
    welcome(std::move(socket), peer);
  } catch (const std::exception& problem) {
    state_->log.error("http.accept_failed", {{"why", problem.what()}});
  }
}

void Lane::welcome(Socket socket, const asio::ip::tcp::endpoint& peer) {
  error_code ignored;
  const auto address = plain_address(peer.address());
  if (!state_->admit(address)) {
    state_->metrics.count("http_connections_refused_total", "per_address");
    return;
  }
  Admission admission(state_, address);
  if (state_->over_capacity() && !evict_oldest_idle()) {
    state_->metrics.count("http_connections_refused_total", "capacity");
    return;
  }
  if (state_->options.tls && !admission.begin_handshake()) {
    state_->metrics.count("http_connections_refused_total", "handshakes");
    return;
  }
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  spawn_session(shared_from_this(), std::move(socket), std::move(admission));
}

void Lane::enroll(Connection& connection) { connection.place = busy_.insert(busy_.end(), &connection); }

void Lane::retire(Connection& connection) noexcept {
  (connection.phase == Phase::kIdle ? idle_ : busy_).erase(connection.place);
  if (draining_ && state_->alive && busy_.empty() && idle_.empty()) sweep_timer_.cancel();
}

void Lane::enter(Connection& connection, Phase phase, SteadyClock::time_point deadline) {
  const bool was_idle = connection.phase == Phase::kIdle;
  const bool is_idle = phase == Phase::kIdle;
  if (was_idle != is_idle) {
    auto& from = was_idle ? idle_ : busy_;
    auto& to = is_idle ? idle_ : busy_;
    to.splice(to.end(), from, connection.place);
  }
  connection.phase = phase;
  // Who came last may still ask what it came for, and nothing else.
  const bool late = draining_ && is_idle && !connection.closing;
  connection.deadline = late ? std::min(deadline, SteadyClock::now() + kLateTime) : deadline;
  connection.expired = false;
}

std::string Lane::take_scratch() noexcept {
  if (scratch_.empty()) return {};
  std::string scratch = std::move(scratch_.back());
  scratch_.pop_back();
  return scratch;
}

void Lane::return_scratch(std::string scratch) {
  if (scratch_.size() < kScratchMax) scratch_.push_back(std::move(scratch));
}

bool Lane::evict_oldest_idle() {
  for (Connection* connection : idle_) {
    if (connection->closing) continue;
    connection->closing = true;
    error_code ignored;
    connection->socket.cancel(ignored);
    state_->metrics.count("http_connections_evicted_total", "idle");
    return true;
  }
  return false;
}

void Lane::drain() {
  draining_ = true;
  welcome_queued();
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  if (busy_.empty() && idle_.empty()) sweep_timer_.cancel();
  for (auto* list : {&idle_, &busy_}) {
    for (Connection* connection : *list) {
      connection->closing = true;
      const Phase phase = connection->phase;
      if (phase == Phase::kIdle || phase == Phase::kHandshake || phase == Phase::kStreaming) {
        connection->socket.cancel(ignored);
      }
    }
  }
}

void Lane::close_all() {
  error_code ignored;
  for (auto* list : {&idle_, &busy_}) {
    for (Connection* connection : *list) {
      connection->closing = true;
      connection->socket.shutdown(asio::socket_base::shutdown_both, ignored);
      connection->socket.cancel(ignored);
    }
  }
}

asio::awaitable<void> Lane::sweep_loop(std::shared_ptr<Lane> self) {
  const auto period = sweep_period(self->state_->limits);
  while (!self->draining_ || !self->state_->quiet()) {
    self->sweep_timer_.expires_after(period);
    co_await self->sweep_timer_.async_wait(kAsTuple);
    self->sweep(SteadyClock::now());
  }
}

void Lane::sweep(SteadyClock::time_point now) {
  error_code ignored;
  for (auto* list : {&idle_, &busy_}) {
    for (Connection* connection : *list) {
      // A handler keeps its own deadline: it may be waiting for a commit that must not be torn.
      if (connection->phase == Phase::kHandling || now < connection->deadline) continue;
      connection->expired = true;
      connection->socket.cancel(ignored);
    }
  }
}

}  // namespace kassa::platform
