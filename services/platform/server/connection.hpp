#pragma once
// One accepted connection as its lane sees it: the socket, what it is waiting for and until when. Owned by
// the session's coroutine; the lane's sweep cancels the socket's wait when the deadline has passed.
// Connection's thread only.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <list>
#include <string>

namespace kassa::platform {

namespace asio = boost::asio;

using SteadyClock = std::chrono::steady_clock;
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, asio::io_context::executor_type>;

/// Awaiting with this gives {error, value...} instead of throwing, without a coroutine frame of its own.
inline constexpr auto kAsTuple = asio::as_tuple(asio::deferred);

enum class Phase : unsigned char {
  kHandshake,
  kIdle,
  kReadingHead,
  kReadingBody,
  kHandling,
  kWriting,
  kStreaming,
  kLingering
};

struct Connection {
  Connection(Socket socket_, std::string address_) : socket(std::move(socket_)), address(std::move(address_)) {}

  Socket socket;
  std::string address;
  Phase phase{Phase::kHandshake};
  bool expired{};  ///< The phase's deadline passed and its wait was cancelled.
  bool closing{};  ///< Evicted or drained: no further request is read from it.
  SteadyClock::time_point deadline;
  std::list<Connection*>::iterator place;
};

}  // namespace kassa::platform
