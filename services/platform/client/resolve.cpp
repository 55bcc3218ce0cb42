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

std::vector<tcp::endpoint> look_up(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  tcp::resolver resolver(context);
  boost::system::error_code error;
  std::vector<tcp::endpoint> found;
  for (const auto& entry :
       resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error)) {
    found.push_back(entry.endpoint());
  }
  return found;
}

}  // namespace

struct Resolver::LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : done(executor) {}
  asio::steady_timer done;
  std::vector<tcp::endpoint> found;
};

Resolver::Resolver(asio::any_io_executor executor)
    : executor_(std::move(executor)), threads_(kResolverThreads) {}

Resolver::~Resolver() {
  threads_.stop();
  threads_.join();
}

asio::awaitable<std::vector<tcp::endpoint>> Resolver::resolve(std::string host, std::uint16_t port,
                                                              Deadline::Time until) {
  const auto call = std::make_shared<LookUp>(executor_);
  call->done.expires_at(until);
  asio::post(threads_, [call, host, port, executor = executor_] {
    auto found = look_up(host, port);
    asio::post(executor, [call, found = std::move(found)]() mutable {
      call->found = std::move(found);
      call->done.cancel();
    });
  });
  co_await call->done.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return std::move(call->found);
}

}  // namespace kassa::platform
