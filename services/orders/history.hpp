#pragma once
// What happened to an order after it was bought, as a pure fold over its append-only history. A history entry
// is a JSON object with an id; an edited entry is a later one with the same id, and the last one counts.
// Quantities follow from the entries alone, so the same history always tells the same state.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/json.hpp"
#include "services/ports/order_record.hpp"

namespace kassa::orders {

enum class FulfilState : unsigned char { kNone, kPartial, kFulfilled, kReturned };
[[nodiscard]] std::string_view to_text(FulfilState state) noexcept;

struct LineProgress {
  std::string line;
  std::int64_t original{};   ///< As bought.
  std::int64_t total{};      ///< After completed adjustments (returns, cancellations, exchanges); never below 0.
  std::int64_t fulfilled{};  ///< Handed over and not come back; at most `total`.
  std::int64_t shipped{};    ///< Handed over, whatever came back later, not capped.
};

struct Progress {
  std::vector<LineProgress> lines;  ///< In the order's line order.
  FulfilState state{FulfilState::kNone};

  [[nodiscard]] const LineProgress* find(std::string_view line) const noexcept;
};

/// A package is told apart by its tracking number (all without one are one package); a shipment and its
/// delivery count once. Only adjustments with status "completed" change totals.
[[nodiscard]] Progress progress_of(const ports::OrderRecord& order, const json::array& events,
                                   const json::array& adjustments);

/// Takes `entry` into `entries`: in the place of the one with the same id, else at the end.
void fold_entry(json::array& entries, json::object entry);

/// The entries of `wanted` that say something new: unknown ids, or another content. Two spellings of one
/// moment are the same content. What `wanted` leaves out stays in the history.
[[nodiscard]] std::vector<json::object> news_in(const json::array& known, const json::array& wanted);

/// A text member of an entry; empty when it is absent or no text.
[[nodiscard]] std::string_view text_in(const json::object& entry, std::string_view key) noexcept;

}  // namespace kassa::orders
