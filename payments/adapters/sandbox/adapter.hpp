#pragma once
// The adapter of the sandbox gateway: JSON over HTTPS to a host that only exists inside this process (see
// bank.hpp). It is also the smallest complete example of an adapter. Stateless; one object for everyone.

#include "payments/adapters/adapter.hpp"

namespace kassa::payments::sandbox {

inline constexpr std::string_view kOrigin = "https://sandbox.kassa.internal";

class SandboxAdapter final : public Adapter {
 public:
  [[nodiscard]] constexpr Capabilities capabilities() const noexcept override {
    Capabilities can;
    can.can_find = true;
    can.can_void = true;
    can.keeps_keys_for = std::chrono::hours{24 * 365};
    can.key_bytes_max = 255;
    return can;
  }

  [[nodiscard]] Result<ports::HttpRequest> build_charge(const GatewayConfig& gateway,
                                                        const ChargeRequest& request) const override;
  [[nodiscard]] Reading read_charge(const ports::HttpReply& reply) const override;
  [[nodiscard]] Result<ports::HttpRequest> build_find(const GatewayConfig& gateway,
                                                      const ChargeRequest& request) const override;
  [[nodiscard]] Reading read_find(const ports::HttpReply& reply) const override;
  [[nodiscard]] Result<ports::HttpRequest> build_give_back(const GatewayConfig& gateway,
                                                           const GiveBack& give_back) const override;
  [[nodiscard]] Reading read_give_back(const ports::HttpReply& reply) const override;
};

inline constexpr SandboxAdapter kAdapter{};

}  // namespace kassa::payments::sandbox
