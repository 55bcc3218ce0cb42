#include "loadtest/generator/connection.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kassa::load {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Connection::Connection(int epoll, std::uint16_t port, std::uint64_t token) : epoll_(epoll), port_(port), token_(token) {
  open();
}

Connection::~Connection() { close(); }

void Connection::open() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  // The C interface of sockets wants this cast.
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  watching_writes_ = false;
  watch(EPOLLIN, EPOLL_CTL_ADD);
}

void Connection::close() noexcept {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Connection::watch(std::uint32_t events, int how) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token_;
  if (::epoll_ctl(epoll_, how, socket_, &event) != 0) fail("epoll_ctl");
}

void Connection::reconnect() {
  close();
  reader_.clear();
  open();
}

Connection::Progress Connection::send() {
  reader_.clear();
  sent_ = 0;
  return flush();
}

Connection::Progress Connection::flush() {
  while (sent_ < request_.size()) {
    const ssize_t done = ::send(socket_, request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done > 0) {
      sent_ += static_cast<std::size_t>(done);
    } else if (errno != EAGAIN && errno != EINTR) {
      return Progress::kLost;
    } else if (errno == EAGAIN) {
      if (!watching_writes_) watch(EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      watching_writes_ = true;
      return Progress::kWaiting;
    }
  }
  if (watching_writes_) watch(EPOLLIN, EPOLL_CTL_MOD);
  watching_writes_ = false;
  return Progress::kWaiting;
}

Connection::Progress Connection::receive() {
  if (sent_ < request_.size() && flush() == Progress::kLost) return Progress::kLost;
  while (true) {
    const std::size_t room = reader_.room_bytes();
    const ssize_t got = ::recv(socket_, reader_.room(), room, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Progress::kWaiting;
    if (got <= 0) return Progress::kLost;
    const auto state = reader_.took(static_cast<std::size_t>(got));
    if (state == ReplyReader::State::kWhole) return Progress::kAnswered;
    if (state == ReplyReader::State::kBroken) return Progress::kLost;
    // A short read emptied the socket: asking again would only cost a system call.
    if (static_cast<std::size_t>(got) < room) return Progress::kWaiting;
  }
}

}  // namespace kassa::load
