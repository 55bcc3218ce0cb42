#pragma once
// One HTTP client per I/O thread behind one port: a call uses the client of the context that it runs on, so pooled
// connections never cross threads. The deployment's word on loopback receivers stands above any caller's.

#include <boost/asio/io_context.hpp>
#include <vector>

#include "services/platform/client/client.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class ThreadClients final : public ports::HttpClient {
 public:
  ThreadClients(const std::vector<asio::io_context*>& contexts, const platform::ClientOptions& options, ports::Log& log,
                ports::Metrics& metrics, bool may_reach_loopback);

  asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override;

 private:
  const bool may_reach_loopback_;
  std::vector<std::pair<asio::execution_context*, std::unique_ptr<platform::Client>>> clients_;
};

}  // namespace kassa::app
