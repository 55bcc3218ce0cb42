#include "tests/unit/client/scripted_server.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace kassa::platform::testing {
namespace {

using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

/// True when a whole request came.
template <class Stream>
asio::awaitable<bool> read_one(Stream& stream, std::string& buffer, std::vector<std::string>& requests) {
  const auto found = co_await asio::async_read_until(stream, asio::dynamic_buffer(buffer), "\r\n\r\n", kTuple);
  if (std::get<0>(found)) co_return false;
  const auto whole = std::get<1>(found) + content_length(buffer.substr(0, std::get<1>(found)));
  if (buffer.size() < whole) {
    const auto more = asio::transfer_exactly(whole - buffer.size());
    const auto rest = co_await asio::async_read(stream, asio::dynamic_buffer(buffer), more, kTuple);
    if (std::get<0>(rest)) co_return false;
  }
  requests.push_back(buffer.substr(0, whole));
  buffer.erase(0, whole);
  co_return true;
}

template <class Stream>
asio::awaitable<void> drain(Stream& stream) {
  std::string sink(4'096, '\0');
  while (true) {
    const auto got = co_await stream.async_read_some(asio::buffer(sink), kTuple);
    if (std::get<0>(got)) co_return;
  }
}

}  // namespace

Step read_request() { return Step{Step::Kind::kRead}; }
Step send_text(std::string text) { return Step{Step::Kind::kSend, std::move(text)}; }
Step flood(std::size_t bytes) { return Step{Step::Kind::kFlood, {}, bytes}; }
Step close_now() { return Step{Step::Kind::kClose}; }
Step reset() { return Step{Step::Kind::kReset}; }
Step hold() { return Step{Step::Kind::kHold}; }
Step await_gate() { return Step{Step::Kind::kAwaitGate}; }

std::string reply_text(int status, std::string body, std::string more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_headers + "\r\n" + body;
}

struct ScriptedServer::State {
  State(asio::io_context& context, std::vector<Program> programs_)
      : acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        gate(context, asio::steady_timer::time_point::max()),
        programs(std::move(programs_)) {}

  tcp::acceptor acceptor;
  asio::steady_timer gate;
  std::vector<Program> programs;
  std::optional<asio::ssl::context> tls;
  std::vector<std::string> requests;
  std::vector<std::weak_ptr<tcp::socket>> sockets;
  std::size_t gated{};
};

ScriptedServer::ScriptedServer(asio::io_context& context, std::vector<Program> programs,
                               std::optional<Identity> identity)
    : state_(std::make_shared<State>(context, std::move(programs))) {
  if (identity) {
    auto& tls = state_->tls.emplace(asio::ssl::context::tls_server);
    tls.use_certificate_chain(asio::buffer(identity->certificate_pem));
    tls.use_private_key(asio::buffer(identity->key_pem), asio::ssl::context::pem);
  }
  asio::co_spawn(context, accept_all(state_), asio::detached);
}

ScriptedServer::~ScriptedServer() { stop(); }

std::uint16_t ScriptedServer::port() const { return state_->acceptor.local_endpoint().port(); }

std::string ScriptedServer::url(const std::string& path) const {
  return (state_->tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port()) + path;
}

const std::vector<std::string>& ScriptedServer::requests() const { return state_->requests; }
std::size_t ScriptedServer::connections() const { return state_->sockets.size(); }
std::size_t ScriptedServer::gated() const { return state_->gated; }
void ScriptedServer::open_gate() { state_->gate.cancel(); }

void ScriptedServer::stop_accepting() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

void ScriptedServer::stop() {
  boost::system::error_code ignored;
  stop_accepting();
  state_->gate.cancel();
  for (const auto& weak : state_->sockets) {
    if (const auto socket = weak.lock()) socket->close(ignored);
  }
}

asio::awaitable<void> ScriptedServer::accept_all(std::shared_ptr<State> state) {
  while (true) {
    const auto socket = std::make_shared<tcp::socket>(state->acceptor.get_executor());
    const auto accepted = co_await state->acceptor.async_accept(*socket, kTuple);
    if (std::get<0>(accepted)) co_return;
    const auto n = std::min(state->sockets.size(), state->programs.size() - 1);
    state->sockets.push_back(socket);
    asio::co_spawn(state->acceptor.get_executor(), run(state, socket, state->programs[n]), asio::detached);
  }
}

namespace {

/// Runs one program over a plain or TLS stream; true when the socket is to be reset at the end.
template <class Stream, class State>
asio::awaitable<bool> play(Stream& stream, State& state, const std::vector<Step>& program) {
  std::string buffer;
  for (const auto& step : program) {
    switch (step.kind) {
      case Step::Kind::kRead: {
        const bool came = co_await read_one(stream, buffer, state.requests);
        if (!came) co_return false;
        break;
      }
      case Step::Kind::kSend: co_await asio::async_write(stream, asio::buffer(step.text), kTuple); break;
      case Step::Kind::kFlood: {
        const std::string text(step.bytes, 'x');
        co_await asio::async_write(stream, asio::buffer(text), kTuple);
        break;
      }
      case Step::Kind::kHold: co_await drain(stream); break;
      case Step::Kind::kAwaitGate:
        ++state.gated;
        co_await state.gate.async_wait(kTuple);
        break;
      case Step::Kind::kClose: co_return false;
      case Step::Kind::kReset: co_return true;
    }
  }
  co_return false;
}

}  // namespace

asio::awaitable<void> ScriptedServer::run(std::shared_ptr<State> state, std::shared_ptr<tcp::socket> socket,
                                          Program program) {
  bool rst = false;
  boost::system::error_code ignored;
  if (state->tls) {
    asio::ssl::stream<tcp::socket&> stream(*socket, *state->tls);
    const auto shaken = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
    if (std::get<0>(shaken)) co_return;
    rst = co_await play(stream, *state, program);
    if (!rst) co_await stream.async_shutdown(kTuple);
  } else {
    rst = co_await play(*socket, *state, program);
  }
  if (rst) socket->set_option(asio::socket_base::linger(true, 0), ignored);
  socket->close(ignored);
}

}  // namespace kassa::platform::testing
