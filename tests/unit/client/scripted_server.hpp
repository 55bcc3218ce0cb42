#pragma once
// A real server on loopback that does what a script says: the n-th connection runs the n-th program. Runs on
// the test's io_context, so that client and server take turns in one thread and nothing has to sleep.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/client/certificates.hpp"

namespace kassa::platform::testing {

namespace asio = boost::asio;

struct Step {
  enum class Kind : unsigned char { kRead, kSend, kFlood, kClose, kReset, kHold, kAwaitGate };
  Kind kind{};
  std::string text;
  std::size_t bytes{};

  explicit Step(Kind kind_, std::string text_ = {}, std::size_t bytes_ = 0)
      : kind(kind_), text(std::move(text_)), bytes(bytes_) {}
};

Step read_request();  ///< Head and body, kept in `requests`.
Step send_text(std::string text);
Step flood(std::size_t bytes);  ///< That many bytes, unless the client goes away.
Step close_now();               ///< Orderly end.
Step reset();                   ///< RST instead of FIN.
Step hold();                    ///< Says nothing until the client goes away.
Step await_gate();              ///< Until open_gate().

/// "HTTP/1.1 <status> X" with a length, kept alive.
std::string reply_text(int status, std::string body, std::string more_headers = {});

class ScriptedServer {
 public:
  using Program = std::vector<Step>;

  /// Plain without an identity. The last program is repeated for further connections.
  ScriptedServer(asio::io_context& context, std::vector<Program> programs, std::optional<Identity> identity = {});
  ~ScriptedServer();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] const std::vector<std::string>& requests() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::size_t gated() const;  ///< Connections that stand at the gate.
  void open_gate();
  void stop_accepting();
  void stop();  ///< Closes the acceptor and every connection.

 private:
  struct State;
  static asio::awaitable<void> accept_all(std::shared_ptr<State> state);
  static asio::awaitable<void> run(std::shared_ptr<State> state, std::shared_ptr<asio::ip::tcp::socket> socket,
                                   Program program);
  std::shared_ptr<State> state_;
};

}  // namespace kassa::platform::testing
