#pragma once
// Writes checkouts as pages, for the commands of checkouts: found by name like the renderer of any protocol, so that a
// page is priced, and shown only to whom it belongs, by the same code. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "services/checkout/answers.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/text/language.hpp"

namespace kassa::protocol {

/// "page/c/de/live": which page, in which language (of the checkout itself when nullopt), in which mode.
[[nodiscard]] std::string page_rendering_text(LinkKind kind, std::optional<Language> language, bool live);

class PageRenderer final : public checkout::Renderer {
 public:
  explicit PageRenderer(const Links& links) : links_(links) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "page"; }
  /// 404 with the page of an invalid link when the checkout is of the other mode.
  [[nodiscard]] checkout::Answer render(std::string_view rendering, checkout::Operation operation,
                                        const checkout::View& view) const override;
  /// Nobody buys with a page.
  [[nodiscard]] std::string order_event(const ports::OrderRecord& order,
                                        const checkout::Snapshot& snapshot) const override;

 private:
  const Links& links_;
};

}  // namespace kassa::protocol
