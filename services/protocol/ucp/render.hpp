#pragma once
// A checkout as UCP 2026-04-08 shows it. Pure: the same view gives the same bytes.

#include <string>
#include <string_view>

#include "services/checkout/answers.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

/// The answer to one operation in the caller's posture.
[[nodiscard]] checkout::Answer render_checkout(const Rendering& rendering, checkout::Operation operation,
                                               const checkout::View& view, const Links& links);

/// What status a checkout shows.
[[nodiscard]] std::string_view status_of(const checkout::View& view) noexcept;

class UcpRenderer final : public checkout::Renderer {
 public:
  explicit UcpRenderer(Links links) : links_(std::move(links)) {}

  /// What addresses its answers have.
  [[nodiscard]] const Links& links() const noexcept { return links_; }

  [[nodiscard]] std::string_view name() const noexcept override { return "ucp"; }
  [[nodiscard]] checkout::Answer render(std::string_view rendering, checkout::Operation operation,
                                        const checkout::View& view) const override;
  [[nodiscard]] std::string order_event(const ports::OrderRecord& order,
                                        const checkout::Snapshot& snapshot) const override;

 private:
  Links links_;
};

}  // namespace kassa::protocol
