#pragma once
// Asks, before a handler runs, whether its caller may ask for more: one limiter per class of routes. A secret key is
// counted by itself; a publishable key or a platform's profile address proves nobody, so it is counted together with
// the client's address. Shared by all threads. docs/decisions/0008 tells why.

#include <array>

#include "services/checkout/snapshot.hpp"
#include "services/http/rate_limit.hpp"
#include "services/http/rate_policy.hpp"
#include "services/platform/config/config.hpp"
#include "services/ports/metrics.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::app {

class RateGate {
 public:
  RateGate(const platform::Config& config, const ports::StoreDirectory& directory,
           const checkout::SnapshotSource& snapshots, ports::Metrics& metrics);

  /// Held while the request is under way.
  struct Pass {
    http::RateLimiter::Permit of_address;
    http::RateLimiter::Permit of_principal;
    http::RateLimiter::Permit of_create;
    std::chrono::seconds retry_after{};  ///< 0: go ahead. Else answer 429.
    http::HeaderList headers;            ///< For the 429: Retry-After, and what lets a web page read it.
  };
  [[nodiscard]] Pass admit(const http::Route& route, const http::Request& request);

 private:
  void take(http::RateClass rate_class, std::string_view principal, http::RateLimiter::Permit& permit, Pass& pass);
  void take_for_platform(http::RateClass rate_class, const http::Request& request, const std::string& block,
                         Pass& pass);
  void explain(const http::Request& request, Pass& pass) const;

  std::array<http::RateLimiter, static_cast<std::size_t>(http::RateClass::kCount)> limiters_;  // By class.
  const ports::StoreDirectory& directory_;
  const checkout::SnapshotSource& snapshots_;
  ports::Metrics& metrics_;
  const bool limit_loopback_;
};

}  // namespace kassa::app
