#include "discounts/state.hpp"

#include "services/base/ensure.hpp"

namespace kassa::discounts {

void CartState::begin(const CartView& from) {
  cart = &from;
  original.clear();
  units.clear();
  shipping.clear();
  original_total = quantity = 0;
  for (const LineView& line : from.lines) {
    ensure(line.quantity >= 0, "a line's quantity is not negative");
    ensure(line.unit_price >= 0, "a line's price is not negative");
    const auto amount = checked_multiply(line.unit_price, line.quantity);
    ensure(amount.has_value(), "a line's amount fits");
    const auto total = checked_add(original_total, amount.assume_value());
    ensure(total.has_value(), "the cart's total fits");
    original.push_back(amount.assume_value());
    units.push_back(line.quantity);
    original_total = total.assume_value();
    quantity += line.quantity;
  }
  running = original;
  phase = original;
  plain = original;
  phase_total = original_total;
  std::int64_t shipping_total = 0;
  for (const CartShipping& entry : from.shipping) {
    ensure(entry.amount >= 0, "a shipping amount is not negative");
    const auto total = checked_add(shipping_total, entry.amount);
    ensure(total.has_value(), "the shipping total fits");
    shipping_total = total.assume_value();
    shipping.push_back(entry.amount);
  }
}

void CartState::begin_phase() {
  phase = running;
  plain = running;
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = cart->lines[i].quantity;
  phase_total = 0;
  for (const std::int64_t amount : phase) phase_total += amount;
}

}  // namespace kassa::discounts
