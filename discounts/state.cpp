#include "discounts/state.hpp"

#include "services/base/ensure.hpp"

namespace kassa::discounts {

CartState::CartState(const CartView& cart_, const CartFacts& facts_) : cart(cart_), facts(facts_) {
  original.reserve(cart.lines.size());
  for (const LineView& line : cart.lines) {
    ensure(line.quantity >= 0, "a line's quantity is not negative");
    ensure(line.unit_price >= 0, "a line's price is not negative");
    const auto amount = checked_multiply(line.unit_price, line.quantity);
    ensure(amount.has_value(), "a line's amount fits");
    const auto total = checked_add(original_total, amount.assume_value());
    ensure(total.has_value(), "the cart's total fits");
    original.push_back(amount.assume_value());
    original_total = total.assume_value();
    quantity += line.quantity;
  }
  running = original;
  phase = original;
  phase_total = original_total;
  shipping.reserve(cart.shipping.size());
  std::int64_t shipping_total = 0;
  for (const CartShipping& entry : cart.shipping) {
    ensure(entry.amount >= 0, "a shipping amount is not negative");
    const auto total = checked_add(shipping_total, entry.amount);
    ensure(total.has_value(), "the shipping total fits");
    shipping_total = total.assume_value();
    shipping.push_back(entry.amount);
  }
}

void CartState::begin_phase() {
  phase = running;
  phase_total = 0;
  for (const std::int64_t amount : phase) phase_total += amount;
}

}  // namespace kassa::discounts
