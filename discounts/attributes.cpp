#include "discounts/attributes.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace kassa::discounts {
namespace {

using enum AttributeType;

constexpr auto kRows = std::to_array<AttributeRow>({
    // attribute, name, type, in cart, in line, in shipping, basis, where
    {Attribute::kCartSubtotal, "cart.subtotal", kMoney, true, false, false, true, false},
    {Attribute::kCartQuantity, "cart.quantity", kNumber, true, false, false, false, false},
    {Attribute::kCartCountry, "cart.country", kText, true, false, false, false, false},
    {Attribute::kCartCurrency, "cart.currency", kText, true, false, false, false, false},
    {Attribute::kLineSku, "line.sku", kText, false, true, false, false, false},
    {Attribute::kLineVariant, "line.variant", kText, false, true, false, false, false},
    {Attribute::kLineProduct, "line.product", kText, false, true, false, false, false},
    {Attribute::kLineCategory, "line.category", kText, false, true, false, false, false},
    {Attribute::kLineVendor, "line.vendor", kText, false, true, false, false, false},
    {Attribute::kLineTags, "line.tags", kTexts, false, true, false, false, false},
    {Attribute::kLineQuantity, "line.quantity", kNumber, false, true, false, false, false},
    {Attribute::kLinePrice, "line.price", kMoney, false, true, false, false, false},
    {Attribute::kLinesQuantity, "lines.quantity", kNumber, true, false, false, false, true},
    {Attribute::kLinesSubtotal, "lines.subtotal", kMoney, true, false, false, true, true},
    {Attribute::kLinesCount, "lines.count", kNumber, true, false, false, false, true},
    {Attribute::kCustomerOrdersCount, "customer.orders_count", kNumber, true, false, false, false, false},
    {Attribute::kPaymentMethod, "payment.method", kText, true, false, false, false, false},
    {Attribute::kShippingMethod, "shipping.method", kTexts, true, false, true, false, false},
});

consteval bool attributes_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].attribute) != i) return false;
  }
  return true;
}
static_assert(attributes_are_in_order() && kRows.size() == kAttributes);

constexpr auto kOps = std::to_array<OpRow>({
    {Op::kEq, "eq", true, true, true},
    {Op::kNe, "ne", true, true, true},
    {Op::kAnyOf, "any_of", true, false, true},
    {Op::kNoneOf, "none_of", true, false, true},
    {Op::kAllOf, "all_of", false, false, true},
    {Op::kGt, "gt", true, true, false},
    {Op::kGte, "gte", true, true, false},
    {Op::kLt, "lt", true, true, false},
    {Op::kLte, "lte", true, true, false},
    {Op::kBetween, "between", true, true, false},
    {Op::kExists, "exists", true, true, true},
    {Op::kPrefix, "prefix", false, false, true},
    {Op::kCidrOf, "cidr_of", false, false, false},
    {Op::kTimeIn, "time_in", false, false, false},
});

/// Levenshtein distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row[b.size()];
}

}  // namespace

const AttributeRow* find_attribute(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kRows, name, &AttributeRow::name);
  return found == kRows.end() ? nullptr : found;
}

const AttributeRow& row_of(Attribute attribute) noexcept { return kRows[static_cast<std::size_t>(attribute)]; }

bool allowed_in(const AttributeRow& row, Scope scope) noexcept {
  if (scope == Scope::kCart) return row.in_cart;
  return scope == Scope::kLine ? row.in_line : row.in_shipping;
}

const OpRow* find_op(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kOps, name, &OpRow::name);
  return found == kOps.end() ? nullptr : found;
}

bool fits(const OpRow& op, AttributeType type) noexcept {
  if (type == kNumber) return op.numbers;
  return type == kMoney ? op.money : op.texts;
}

std::string ops_for(AttributeType type) {
  std::string list;
  for (const OpRow& op : kOps) {
    if (!fits(op, type)) continue;
    if (!list.empty()) list += ", ";
    list += op.name;
  }
  return list;
}

std::string nearest_attribute(std::string_view name) {
  constexpr std::size_t kNear = 6;   // Beyond this a suggestion is noise.
  constexpr std::size_t kLong = 64;  // Nothing listed is near so long a name.
  if (name.size() > kLong) return {};
  std::size_t best = kNear + 1;
  std::string_view nearest;
  for (const AttributeRow& row : kRows) {
    const std::size_t distance = edit_distance(name, row.name);
    if (distance >= best) continue;
    best = distance;
    nearest = row.name;
  }
  return std::string(nearest);
}

}  // namespace kassa::discounts
