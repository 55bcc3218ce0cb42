#pragma once
// Name resolution that a deadline can leave behind: getaddrinfo() blocks and cannot be stopped, so it runs on
// a few threads of its own. One slow name therefore holds up neither the I/O thread nor, at once, every other
// name.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/platform/client/deadline.hpp"

namespace kassa::platform {

class Resolver {
 public:
  explicit Resolver(asio::any_io_executor executor);
  ~Resolver();  ///< Waits for a look-up that is under way.

  /// The addresses of `host`, empty when there are none or the time has passed.
  asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(std::string host, std::uint16_t port,
                                                                Deadline::Time until);

 private:
  struct LookUp;
  asio::any_io_executor executor_;
  asio::thread_pool threads_;
};

}  // namespace kassa::platform
