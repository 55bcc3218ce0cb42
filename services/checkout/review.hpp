#pragma once
// How an attempt under review ends: a person has looked at the gateway and says what became of the money. The decision
// is an event like any other, so order, stock, uses, ledger and the stored answer follow on the usual path.

#include <optional>
#include <string_view>

#include "services/base/id.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

enum class Decision : unsigned char {
  kCaptured,    ///< The whole amount is ours, and stays: the order is confirmed.
  kNotCharged,  ///< Nothing was taken: the checkout may be paid again.
  kReturned,    ///< What was taken went back as a whole: the same.
};
[[nodiscard]] std::optional<Decision> decision_from(std::string_view word) noexcept;

namespace statements {

/// An order that was held is a draft again, as after any charge that came to nothing.
[[nodiscard]] ports::Step hold_no_more(const StoreId& store, const OrderId& order, Instant now);
/// Whether nobody but a person goes on with this late attempt, see late.cpp.
[[nodiscard]] ports::Step late_review(const StoreId& store, const AttemptId& attempt);

}  // namespace statements

}  // namespace kassa::checkout
