#pragma once
// A gateway under test: something that answers as the real one would, and the means to ask it for each
// outcome. One per row of the adapter registry.

#include <memory>
#include <string_view>

#include "tests/unit/payments/world.hpp"

namespace kassa::payments {

enum class Wish : unsigned char {
  kApprove,
  kDecline,
  kAuthorizeOnly,
  kLoseAnswerAfterCharge,
  kLoseAnswerBeforeCharge,
  kTellWrongAmount,
  kTellStrangeStatus
};

/// Money that the gateway holds or has reserved: what was charged less what was given back.
struct HeldCharge {
  Money amount;
};

class GatewayBench {
 public:
  virtual ~GatewayBench() = default;
  virtual GatewayConfig config() const = 0;
  virtual ports::HttpClient& client() = 0;
  /// The token that brings the outcome about; empty when this gateway cannot have it.
  virtual std::string token(Wish wish) const = 0;
  virtual std::vector<HeldCharge> held(const std::string& reference) = 0;
};

/// nullptr for a gateway without a bench.
[[nodiscard]] std::unique_ptr<GatewayBench> make_bench(std::string_view adapter);

}  // namespace kassa::payments
