#pragma once
// From a parsed request to its route's handler: default deny, limits by route, health routes on every listener. One per
// listener; routes and gate are set before any thread runs, then it is shared by all.

#include "services/app/rate_gate.hpp"
#include "services/http/router.hpp"
#include "services/platform/server/server.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class RouteDispatcher final : public platform::Dispatcher {
 public:
  /// The body of a failure, as the protocol words it to which the path belongs; the path may be empty.
  using Wording = std::string (*)(std::string_view path, std::string_view code, std::string_view content);
  explicit RouteDispatcher(Wording wording) : wording_(wording) {}

  [[nodiscard]] http::Router& router() noexcept { return router_; }
  /// From here on every limited route asks it. It must outlive this object's last request.
  void guard(RateGate& gate) noexcept { gate_ = &gate; }

  asio::awaitable<http::Response> dispatch(http::Request& request) override;
  std::size_t body_bytes_max(http::Request& request) override;
  http::Response failure(int status, std::string_view code, std::string_view content) override;

 private:
  http::Response no_route(const http::Request& request, const http::Router::Match& match);
  http::Response too_many(const http::Request& request, RateGate::Pass& pass);

  const Wording wording_;
  http::Router router_;
  RateGate* gate_{};
};

}  // namespace kassa::app
