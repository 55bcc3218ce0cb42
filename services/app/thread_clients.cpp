#include "services/app/thread_clients.hpp"

#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include "services/base/ensure.hpp"

namespace kassa::app {

ThreadClients::ThreadClients(const std::vector<asio::io_context*>& contexts, const platform::ClientOptions& options,
                             ports::Log& log, ports::Metrics& metrics, bool may_reach_loopback)
    : may_reach_loopback_(may_reach_loopback) {
  for (asio::io_context* context : contexts) {
    clients_.emplace_back(context, std::make_unique<platform::Client>(context->get_executor(), options, log, metrics));
  }
}

asio::awaitable<ports::HttpReply> ThreadClients::send(ports::HttpRequest request) {
  request.allow_loopback = request.allow_loopback && may_reach_loopback_;
  const auto executor = co_await asio::this_coro::executor;
  asio::execution_context* here = &asio::query(executor, asio::execution::context);
  for (auto& [context, client] : clients_) {
    if (context == here) co_return co_await client->send(std::move(request));
  }
  ensure(false, "an outgoing call from a thread without a client");
  co_return ports::HttpReply{};
}

}  // namespace kassa::app
