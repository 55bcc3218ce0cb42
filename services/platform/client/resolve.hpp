#pragma once
// Name resolution that a deadline can leave behind: getaddrinfo() blocks and cannot be stopped, so it runs on a few
// threads of its own. One slow name therefore holds up neither the I/O thread nor, at once, every other name; when many
// are slow, further ones are refused at once. What was found is kept for a minute. Used on one I/O thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/platform/client/deadline.hpp"

namespace kassa::platform {

inline constexpr std::size_t kLookUpsMax = 64;  ///< Of one resolver, waiting ones too.
inline constexpr std::size_t kNamesKeptMax = 1'000;
inline constexpr std::chrono::seconds kNameLife{60};

class Resolver {
 public:
  using Addresses = std::vector<asio::ip::address>;
  /// Blocks; empty: there are none. Called on several threads.
  using LookUpFunction = std::function<Addresses(const std::string& host)>;

  explicit Resolver(asio::any_io_executor executor);
  Resolver(asio::any_io_executor executor, LookUpFunction look_up);
  ~Resolver();  ///< Waits for a look-up that is under way.

  /// The addresses of `host`, empty when there are none, the time has passed, or too many look-ups wait.
  asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(std::string host, std::uint16_t port,
                                                                Deadline::Time until);

 private:
  struct LookUp;
  struct Kept {
    Addresses addresses;
    Deadline::Time until;
  };
  /// What the executor's thread shares with look-ups that may end after the resolver.
  struct Book {
    std::size_t pending{};
    std::unordered_map<std::string, Kept> kept;
    void keep(const std::string& host, const Addresses& found, Deadline::Time now);
  };

  asio::any_io_executor executor_;
  LookUpFunction look_up_;
  std::shared_ptr<Book> book_ = std::make_shared<Book>();
  asio::thread_pool threads_;
};

}  // namespace kassa::platform
