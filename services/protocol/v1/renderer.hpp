#pragma once
// Carts and checkouts as the first-party API shows them: UCP's resources without the member `ucp`, with an ETag and the
// hash of the quote. A completion that was refused is an error whose details hold the checkout as it is now. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "services/checkout/answers.hpp"
#include "services/protocol/ucp/render.hpp"

namespace kassa::protocol {

inline constexpr std::string_view kV1Prefix = "/v1";

/// "v1", "v1/live", "v1/test": what an answer depends on besides the checkout.
[[nodiscard]] std::string v1_rendering_text(Offer offer);

/// The ETag of a body that V1Renderer wrote, with its quotes; empty for any other body.
[[nodiscard]] std::string etag_of(std::string_view body);

class V1Renderer final : public checkout::Renderer {
 public:
  /// `ucp` writes the events of orders: receivers of webhooks get one form of them. It also has the links.
  explicit V1Renderer(const UcpRenderer& ucp) : ucp_(ucp) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "v1"; }
  [[nodiscard]] std::string_view event_dialect() const noexcept override { return ucp_.event_dialect(); }
  [[nodiscard]] checkout::Answer render(std::string_view rendering, checkout::Operation operation,
                                        const checkout::View& view) const override;
  [[nodiscard]] std::string order_event(const ports::OrderRecord& order,
                                        const checkout::Snapshot& snapshot) const override;

 private:
  const UcpRenderer& ucp_;
};

}  // namespace kassa::protocol
