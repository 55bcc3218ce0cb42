#pragma once
// From a parsed request to its route's handler: default deny, limits by route, health routes on every listener.

#include "services/http/router.hpp"
#include "services/platform/server/server.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class RouteDispatcher final : public platform::Dispatcher {
 public:
  explicit RouteDispatcher(ports::Log& log) : log_(log) {}

  [[nodiscard]] http::Router& router() noexcept { return router_; }

  asio::awaitable<http::Response> dispatch(http::Request& request) override;
  std::size_t body_bytes_max(http::Request& request) override;
  http::Response failure(int status, std::string_view code, std::string_view content) override;

 private:
  ports::Log& log_;
  http::Router router_;
};

}  // namespace kassa::app
