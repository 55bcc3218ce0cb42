#include "services/platform/client/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::platform {
namespace {

using asio::ip::tcp;

constexpr std::size_t kResolverThreads = 3;

Resolver::Addresses ask_system(const std::string& host) {
  asio::io_context context;
  tcp::resolver resolver(context);
  boost::system::error_code error;
  Resolver::Addresses found;
  for (const auto& entry : resolver.resolve(host, "0", tcp::resolver::numeric_service, error)) {
    found.push_back(entry.endpoint().address());
  }
  return found;
}

std::vector<tcp::endpoint> with_port(const Resolver::Addresses& addresses, std::uint16_t port) {
  std::vector<tcp::endpoint> endpoints;
  for (const auto& address : addresses) endpoints.emplace_back(address, port);
  return endpoints;
}

}  // namespace

struct Resolver::LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : done(executor) {}
  asio::steady_timer done;
  Addresses found;
};

void Resolver::Book::keep(const std::string& host, const Addresses& found, Deadline::Time now) {
  if (found.empty()) return;
  if (kept.size() >= kNamesKeptMax) {
    std::erase_if(kept, [&](const auto& entry) { return entry.second.until <= now; });
  }
  if (kept.size() >= kNamesKeptMax) kept.erase(kept.begin());
  kept[host] = Kept{found, now + kNameLife};
}

Resolver::Resolver(asio::any_io_executor executor) : Resolver(std::move(executor), &ask_system) {}

Resolver::Resolver(asio::any_io_executor executor, LookUpFunction look_up)
    : executor_(std::move(executor)), look_up_(std::move(look_up)), threads_(kResolverThreads) {}

Resolver::~Resolver() {
  threads_.stop();
  threads_.join();
}

asio::awaitable<std::vector<tcp::endpoint>> Resolver::resolve(std::string host, std::uint16_t port,
                                                              Deadline::Time until) {
  const auto known = book_->kept.find(host);
  if (known != book_->kept.end() && known->second.until > std::chrono::steady_clock::now()) {
    co_return with_port(known->second.addresses, port);
  }
  // A name that nobody waits for any more still holds a thread: it counts until the system has answered.
  if (book_->pending >= kLookUpsMax) co_return std::vector<tcp::endpoint>{};
  ++book_->pending;
  const auto call = std::make_shared<LookUp>(executor_);
  call->done.expires_at(until);
  asio::post(threads_, [call, host, look_up = look_up_, book = book_, executor = executor_] {
    auto found = look_up(host);
    asio::post(executor, [call, host, book, found = std::move(found)]() mutable {
      --book->pending;
      book->keep(host, found, std::chrono::steady_clock::now());
      call->found = std::move(found);
      call->done.cancel();
    });
  });
  co_await call->done.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return with_port(call->found, port);
}

}  // namespace kassa::platform
