#pragma once
// A checkout as UCP 2026-04-08 shows it. Pure: the same view gives the same bytes.

#include <string>
#include <string_view>

#include "services/checkout/answers.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

/// The answer to one operation in the caller's posture. `public_url` is the base of Kassa's own pages.
[[nodiscard]] checkout::Answer render_checkout(const Rendering& rendering, checkout::Operation operation,
                                               const checkout::View& view, std::string_view public_url);

/// What status a checkout shows.
[[nodiscard]] std::string_view status_of(const checkout::View& view) noexcept;

class UcpRenderer final : public checkout::Renderer {
 public:
  explicit UcpRenderer(std::string public_url) : public_url_(std::move(public_url)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "ucp"; }
  [[nodiscard]] checkout::Answer render(std::string_view rendering, checkout::Operation operation,
                                        const checkout::View& view) const override;
  [[nodiscard]] std::string order_event(const ports::OrderRecord& order,
                                        const checkout::Snapshot& snapshot) const override;

 private:
  std::string public_url_;
};

}  // namespace kassa::protocol
