#pragma once
// A payment gateway as pure translation: what to send, and what an answer says. An adapter has no state, no
// clock and no connection, so one constexpr object serves every store and every thread. It only reads
// complete answers with status 2xx to 4xx; what became of the call itself is judged once for all gateways
// (judgement.hpp).

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "payments/adapters/exponents.hpp"
#include "payments/core/gateways.hpp"
#include "services/ports/http_client.hpp"

namespace kassa::payments {

/// What a gateway can do and promises.
struct Capabilities {
  bool can_find{};                         ///< Looks a charge up by our reference (the attempt id).
  bool can_void{};                         ///< Gives back an authorization without a refund.
  std::chrono::hours keeps_keys_for{};     ///< How long a repeated idempotency key is surely recognised.
  std::size_t key_bytes_max{};             ///< Longest idempotency key that it takes.
  std::span<const ExponentRow> exponents;  ///< Currencies that it counts otherwise than ISO 4217.
};

/// One refund or void to be made. Refers to what the caller keeps alive.
struct GiveBack {
  const ChargeRequest& charge;
  std::string_view gateway_ref;
  Money amount;
  std::string_view key;
};

/// What a gateway repeated of our request: compared with it before anything is believed.
struct Echo {
  std::string reference;
  Money amount;
};

/// What one answer says. Of `reply`, the adapter sets the event's kind, gateway_ref, detail and (for
/// kRefunded) the total in amount; time and the other amounts are filled in by the caller. A success without
/// an echo is not believed.
struct Reading {
  ChargeReply reply;
  std::optional<Echo> echo;
};

class Adapter {
 public:
  [[nodiscard]] constexpr virtual Capabilities capabilities() const noexcept = 0;

  [[nodiscard]] virtual Result<ports::HttpRequest> build_charge(const GatewayConfig& gateway,
                                                                const ChargeRequest& request) const = 0;
  [[nodiscard]] virtual Reading read_charge(const ports::HttpReply& reply) const = 0;

  /// Only called when capabilities().can_find.
  [[nodiscard]] virtual Result<ports::HttpRequest> build_find(const GatewayConfig& gateway,
                                                              const ChargeRequest& request) const = 0;
  [[nodiscard]] virtual Reading read_find(const ports::HttpReply& reply) const = 0;

  [[nodiscard]] virtual Result<ports::HttpRequest> build_give_back(const GatewayConfig& gateway,
                                                                   const GiveBack& give_back) const = 0;
  [[nodiscard]] virtual Reading read_give_back(const ports::HttpReply& reply) const = 0;

 protected:
  ~Adapter() = default;  // Adapters are constants of the program; nobody owns or deletes one.
};

/// For adapters: an answer that says `kind`, with a word for the record.
[[nodiscard]] inline Reading reading(EventKind kind, std::string_view detail) {
  Reading made;
  made.reply.event.kind = kind;
  made.reply.event.detail = detail;
  return made;
}

}  // namespace kassa::payments
