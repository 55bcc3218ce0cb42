#pragma once
// A previewed cart: read from a merchant's request, and written as they see it. Pure.

#include "services/base/json.hpp"
#include "services/checkout/preview.hpp"

namespace kassa::protocol {

struct PreviewAsk {
  checkout::PreviewCart cart;
  std::optional<Instant> now;
  bool explain_all{false};
  std::vector<std::string> explain;  ///< Ids or codes.
  json::array draft;                 ///< Rules that are not kept.
  bool draft_alone{false};           ///< Instead of the store's rules.
};

/// Faults with JSON Pointers into the body; the result is for nothing when there are any.
[[nodiscard]] PreviewAsk read_preview(const json::object& body, const ports::StoreSettings& settings,
                                      std::vector<Problem>& problems);

[[nodiscard]] json::object written_preview(const checkout::Preview& preview);

}  // namespace kassa::protocol
