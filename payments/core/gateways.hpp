#pragma once
// What a checkout asks of payment gateways. Implemented by payments/adapters over an HTTP client; an answer
// is definite or unknown, nothing in between.

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "payments/core/attempt.hpp"
#include "services/base/result.hpp"
#include "services/base/trace.hpp"

namespace kassa::payments {

namespace asio = boost::asio;

/// A configured gateway of one store.
struct GatewayConfig {
  GatewayId id;
  std::string adapter;            ///< Row of the adapter registry: "sandbox".
  std::string handler_id;         ///< What instruments name in `handler_id`.
  std::string handler_name;       ///< Reverse-domain name published to platforms.
  boost::json::object published;  ///< `config`, `available_instruments`, `spec`, `schema`, `version` as published.
  boost::json::object settings;   ///< The adapter's own, no secrets.
  std::string credentials;        ///< Secret; opened from its sealed form.
};

/// Everything needed to send a charge again, byte for byte. Sealed at rest before the first send.
struct ChargeRequest {
  StoreId store;
  AttemptId attempt;
  OrderId order;
  std::string gateway_key;  ///< Idempotency key at the gateway: of this attempt, for ever.
  Money amount;
  std::string instrument_type;
  std::string token;  ///< Gateway token; a secret.
  Trace trace;        ///< Of the request that sends it now; not kept.
};

[[nodiscard]] std::string encode(const ChargeRequest& request);
[[nodiscard]] Result<ChargeRequest> decode_charge_request(std::string_view text);

/// What a gateway said about a charge, as an event, plus what the shopper may have to do.
struct ChargeReply {
  /// kAuthorized, kCaptured, kDeclined, kFailed, kActionRequired, kProcessing, kUnknown; kMismatch when
  /// amount, currency or reference are not ours; kVoided and kRefunded (a total, see AttemptEvent) for what
  /// was given back.
  AttemptEvent event;
  std::string action_url;  ///< For kActionRequired.
  /// kFailed, and this call surely had no effect: the same attempt may be sent again. It says nothing about
  /// earlier calls; whoever sends again does not record the kFailed.
  bool safe_to_retry{false};
};

class Gateways {
 public:
  virtual ~Gateways() = default;
  virtual asio::awaitable<ChargeReply> charge(const GatewayConfig& gateway, const ChargeRequest& request,
                                              std::chrono::milliseconds total_time) = 0;
  /// What became of a charge whose answer was lost. kUnknown when the gateway cannot say; kFailed with detail
  /// "not_found" only when the gateway positively knows no such charge.
  virtual asio::awaitable<ChargeReply> find(const GatewayConfig& gateway, const ChargeRequest& request,
                                            std::chrono::milliseconds total_time) = 0;
  /// Gives back a charge (refund, or void of what was not captured yet), keyed by `key`. A refusal is
  /// kDeclined or kFailed and changes nothing in the fold of a captured charge.
  virtual asio::awaitable<ChargeReply> give_back(const GatewayConfig& gateway, const ChargeRequest& request,
                                                 std::string_view gateway_ref, Money amount, std::string_view key,
                                                 std::chrono::milliseconds total_time) = 0;
};

}  // namespace kassa::payments
