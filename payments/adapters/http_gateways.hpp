#pragma once
// The Gateways port over HTTPS: finds the adapter of a gateway, lets it build the request, sends it within
// the caller's time, judges the answer and stamps it. Holds no state of its own; callable from any thread
// that its HttpClient, Clock and Metrics serve. Counts payment_gateway_replies_total by "<call>.<event
// kind>".

#include "payments/core/gateways.hpp"
#include "services/base/clock.hpp"
#include "services/ports/http_client.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::payments {

class HttpGateways final : public Gateways {
 public:
  HttpGateways(ports::HttpClient& client, const Clock& clock, ports::Metrics& metrics)
      : client_(client), clock_(clock), metrics_(metrics) {}

  /// A gateway whose adapter is not in the registry fails with "no_effect:unknown_adapter", a request that
  /// its adapter cannot express with "no_effect:not_expressible"; neither is sent.
  asio::awaitable<ChargeReply> charge(const GatewayConfig& gateway, const ChargeRequest& request,
                                      std::chrono::milliseconds total_time) override;
  asio::awaitable<ChargeReply> find(const GatewayConfig& gateway, const ChargeRequest& request,
                                    std::chrono::milliseconds total_time) override;
  asio::awaitable<ChargeReply> give_back(const GatewayConfig& gateway, const ChargeRequest& request,
                                         std::string_view gateway_ref, Money amount, std::string_view key,
                                         std::chrono::milliseconds total_time) override;

 private:
  ChargeReply record(std::string_view call, ChargeReply reply);

  ports::HttpClient& client_;
  const Clock& clock_;
  ports::Metrics& metrics_;
};

}  // namespace kassa::payments
