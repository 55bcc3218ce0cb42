#include "discounts/attributes.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "discounts/read.hpp"
#include "services/base/nearest.hpp"

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
    {Attribute::kLinesProducts, "lines.products", kNumber, true, false, false, false, true},
    {Attribute::kCustomerSegments, "customer.segments", kTexts, true, false, false, false, false},
    {Attribute::kPaymentPrepaid, "payment.prepaid", kBool, true, false, false, false, false},
    {Attribute::kOrderCodMinutes, "order.cod_minutes", kNumber, true, false, false, false, false},
});

consteval bool attributes_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].attribute) != i) return false;
  }
  return true;
}
static_assert(attributes_are_in_order() && kRows.size() == kAttributes);

constexpr auto kOps = std::to_array<OpRow>({
    {Op::kEq, "eq", true, true, true, true},
    {Op::kNe, "ne", true, true, true, true},
    {Op::kAnyOf, "any_of", true, false, true, false},
    {Op::kNoneOf, "none_of", true, false, true, false},
    {Op::kAllOf, "all_of", false, false, true, false},
    {Op::kGt, "gt", true, true, false, false},
    {Op::kGte, "gte", true, true, false, false},
    {Op::kLt, "lt", true, true, false, false},
    {Op::kLte, "lte", true, true, false, false},
    {Op::kBetween, "between", true, true, false, false},
    {Op::kExists, "exists", true, true, true, true},
    {Op::kPrefix, "prefix", false, false, true, false},
    {Op::kCidrOf, "cidr_of", false, false, false, false},
    {Op::kTimeIn, "time_in", false, false, false, false},
});

struct TypeWord {
  std::string_view word;
  AttributeType type;
};
constexpr auto kTypeWords = std::to_array<TypeWord>({
    {"string", kText},
    {"int", kNumber},
    {"money", kMoney},
    {"bool", kBool},
    {"time", kTime},
    {"set<string>", kTexts},
});
constexpr std::array<std::string_view, 6> kScopeWords{"cart", "line", "customer", "payment", "shipping", "context"};

bool is_word(std::string_view name) noexcept {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// "customer.tier" below the scope "customer".
bool is_name_in(std::string_view name, std::string_view scope) noexcept {
  constexpr std::size_t kNameBytesMax = 64;
  return name.size() <= kNameBytesMax && name.size() > scope.size() && name.starts_with(scope) &&
         name[scope.size()] == '.' && is_word(name.substr(scope.size() + 1));
}

}  // namespace

bool allowed_in(const AttributeRow& row, Scope scope) noexcept {
  if (scope == Scope::kCart) return row.in_cart;
  return scope == Scope::kLine ? row.in_line : row.in_shipping;
}

void Registry::add(std::span<const AttributeSpec> own, std::vector<Problem>& problems) {
  const Path list("attributes");
  if (own.size() > kAttributesOwnMax) {
    return fault(problems, list, "too_many_values", "There are too many attributes.", "Use at most 200.");
  }
  names_.reserve(own.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    const AttributeSpec& spec = own[i];
    const Path here = below(list, i);
    const auto* const type = std::ranges::find(kTypeWords, std::string_view(spec.type), &TypeWord::word);
    if (type == kTypeWords.end())
      fault(problems, below(here, "type"), "unknown_value", "There is no such type.",
            "Use string, int, money, bool, time or set<string>.");
    const bool scope = std::ranges::find(kScopeWords, std::string_view(spec.scope)) != kScopeWords.end();
    if (!scope)
      fault(problems, below(here, "scope"), "unknown_value", "There is no such scope.",
            "Use cart, line, customer, payment, shipping or context.");
    if (scope && !is_name_in(spec.name, spec.scope))
      fault(problems, below(here, "name"), "bad_name", "This is no name for an attribute of this scope.",
            "Write it as " + spec.scope + ".word, with a-z, 0-9 and _ and at most 64 bytes.");
    if (find(spec.name) != nullptr)
      fault(problems, below(here, "name"), "duplicate_id", "There is an attribute of this name.");
    if (type == kTypeWords.end() || !scope) continue;
    names_.push_back(spec.name);
    const bool line = spec.scope == "line";
    const auto attribute = static_cast<Attribute>(kAttributes + own_.size());
    own_.push_back({attribute, names_.back(), type->type, !line, line, false, false, false});
  }
}

const AttributeRow* Registry::find(std::string_view name) const noexcept {
  const auto* const found = std::ranges::find(kRows, name, &AttributeRow::name);
  if (found != kRows.end()) return found;
  const auto own = std::ranges::find(own_, name, &AttributeRow::name);
  return own == own_.end() ? nullptr : &*own;
}

const AttributeRow& Registry::row_of(Attribute attribute) const noexcept {
  return is_own(attribute) ? own_[place_of(attribute) - kAttributes] : kRows[place_of(attribute)];
}

std::string Registry::nearest(std::string_view name) const {
  constexpr std::size_t kNear = 6;  // Beyond this a suggestion is noise.
  std::vector<std::string_view> names;
  names.reserve(kRows.size() + own_.size());
  for (const AttributeRow& row : kRows) names.push_back(row.name);
  for (const AttributeRow& row : own_) names.push_back(row.name);
  return std::string(nearest_name(name, names, kNear));
}

const OpRow* find_op(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kOps, name, &OpRow::name);
  return found == kOps.end() ? nullptr : found;
}

bool fits(const OpRow& op, AttributeType type) noexcept {
  if (type == kNumber) return op.numbers;
  if (type == kBool) return op.truths;
  return type == kMoney || type == kTime ? op.money : op.texts;
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

}  // namespace kassa::discounts
