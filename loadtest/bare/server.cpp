// bare: the yardstick. The plainest HTTP server that Boost.Beast makes: one thread, coroutines, string_body,
// keep-alive, no timeouts and no pipelining. Whatever is asked, a GET is answered with the bytes of one file
// and anything else with those of another, so that Kassa can be compared with a server that does nothing but
// HTTP.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "loadtest/bare/program.hpp"

namespace kassa::load {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

struct Answers {
  std::string to_get;
  std::string to_others;
};

http::response<http::string_body> answer(const Answers& answers, const http::request<http::string_body>& request) {
  http::response<http::string_body> response(http::status::ok, request.version());
  response.set(http::field::content_type, "application/json");
  response.keep_alive(request.keep_alive());
  response.body() = request.method() == http::verb::get ? answers.to_get : answers.to_others;
  response.prepare_payload();
  return response;
}

asio::awaitable<void> serve(beast::tcp_stream stream, const Answers& answers) {
  stream.socket().set_option(tcp::no_delay(true));
  beast::flat_buffer buffer;
  boost::system::error_code failed;
  while (!failed) {
    http::request<http::string_body> request;
    co_await http::async_read(stream, buffer, request, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    const auto response = answer(answers, request);
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, failed));
    if (!request.keep_alive()) co_return;
  }
}

asio::awaitable<void> listen(tcp::acceptor& acceptor, const Answers& answers) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    beast::tcp_stream stream(std::move(socket));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(stream), answers), asio::detached);
  }
}

std::string content_of(const char* file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(std::string(file) + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

void run(int argc, char** argv) {
  if (argc != 3) throw std::runtime_error("usage: bare FILE_FOR_GET FILE_FOR_OTHERS");
  const Answers answers{content_of(argv[1]), content_of(argv[2])};
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
  asio::co_spawn(context, listen(acceptor, answers), asio::detached);
  std::printf("{\"event\":\"ready\",\"port\":%d}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  context.run();
}

}  // namespace
}  // namespace kassa::load

int main(int argc, char** argv) { return kassa::load::main_of("bare", kassa::load::run, argc, argv); }
