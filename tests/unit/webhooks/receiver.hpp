#pragma once
// A platform's endpoint on loopback that answers as it is told. Runs on the test's io_context, in turns with
// the delivery under test, so that nothing has to sleep.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "services/base/text.hpp"

namespace kassa {

struct Received {
  std::string head;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      const std::string_view line = std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(':');
      if (colon != std::string_view::npos && equals_ignoring_case(line.substr(0, colon), name)) {
        return std::string(trim(line.substr(colon + 1)));
      }
    }
    return {};
  }
};

class Receiver {
 public:
  explicit Receiver(boost::asio::io_context& io) : state_(std::make_shared<State>(io)) {
    boost::asio::co_spawn(io, accept_all(state_), boost::asio::detached);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->gate.cancel();
    for (const auto& socket : state_->sockets) socket->close(ignored);
  }

  /// The next answer; when none is left, 200. 0: no answer until open() or the client goes away.
  void will_answer(int status, std::string body = "{}") { state_->script.emplace_back(status, std::move(body)); }
  void will_hold(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) will_answer(0);
  }
  void open() { state_->gate.cancel(); }

  [[nodiscard]] std::string url(const std::string& path = "/hooks") const {
    return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port()) + path;
  }
  [[nodiscard]] const std::vector<Received>& received() const { return state_->received; }

 private:
  using tcp = boost::asio::ip::tcp;

  struct State {
    explicit State(boost::asio::io_context& io)
        : acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          gate(io, boost::asio::steady_timer::time_point::max()) {}
    tcp::acceptor acceptor;
    boost::asio::steady_timer gate;
    std::deque<std::pair<int, std::string>> script;
    std::vector<Received> received;
    std::vector<std::shared_ptr<tcp::socket>> sockets;
  };

  static boost::asio::awaitable<void> accept_all(std::shared_ptr<State> state) {
    for (;;) {
      auto socket = std::make_shared<tcp::socket>(state->acceptor.get_executor());
      const auto accepted =
          co_await state->acceptor.async_accept(*socket, boost::asio::as_tuple(boost::asio::use_awaitable));
      if (std::get<0>(accepted)) co_return;
      state->sockets.push_back(socket);
      boost::asio::co_spawn(state->acceptor.get_executor(), serve(state, socket), boost::asio::detached);
    }
  }

  static boost::asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<tcp::socket> socket) {
    constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
    std::string buffer;
    for (;;) {
      const auto found =
          co_await boost::asio::async_read_until(*socket, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", kTuple);
      if (std::get<0>(found)) co_return;
      Received request;
      request.head = buffer.substr(0, std::get<1>(found));
      const std::size_t length = std::stoul("0" + request.header("content-length"));
      buffer.erase(0, request.head.size());
      if (buffer.size() < length) {
        const auto more = boost::asio::transfer_exactly(length - buffer.size());
        const auto rest = co_await boost::asio::async_read(*socket, boost::asio::dynamic_buffer(buffer), more, kTuple);
        if (std::get<0>(rest)) co_return;
      }
      request.body = buffer.substr(0, length);
      buffer.erase(0, length);
      state->received.push_back(std::move(request));
      std::pair<int, std::string> answer(200, "{}");
      if (!state->script.empty()) {
        answer = std::move(state->script.front());
        state->script.pop_front();
      }
      if (answer.first == 0) {
        co_await state->gate.async_wait(kTuple);
        answer.first = 200;
      }
      const std::string text = "HTTP/1.1 " + std::to_string(answer.first) +
                               " X\r\nLocation: /elsewhere\r\nContent-Length: " + std::to_string(answer.second.size()) +
                               "\r\n\r\n" + answer.second;
      const auto written = co_await boost::asio::async_write(*socket, boost::asio::buffer(text), kTuple);
      if (std::get<0>(written)) co_return;
    }
  }

  std::shared_ptr<State> state_;
};

}  // namespace kassa
