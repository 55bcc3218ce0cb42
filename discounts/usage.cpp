#include <algorithm>
#include <limits>
#include <utility>

#include "discounts/engine.hpp"

namespace kassa::discounts {

bool note_spent(std::vector<Usage>& usage, std::string_view rule_id, Money spent) {
  auto known = std::ranges::find(usage, rule_id, &Usage::rule_id);
  if (known == usage.end()) known = usage.insert(usage.end(), Usage{std::string(rule_id), 0, {}});
  for (auto& [currency, amount] : known->spent) {
    if (currency == spent.currency) return std::exchange(amount, spent.minor) != spent.minor;
  }
  known->spent.emplace_back(spent.currency, spent.minor);
  return true;
}

UsageBook::UsageBook(std::vector<Usage> entries) : entries_(std::move(entries)) {
  // Of two entries for one rule the larger counts.
  std::ranges::sort(entries_, [](const Usage& a, const Usage& b) {
    return a.rule_id != b.rule_id ? a.rule_id < b.rule_id : a.used > b.used;
  });
}

const Usage* UsageBook::find(std::string_view rule_id) const noexcept {
  const auto found = std::ranges::lower_bound(entries_, rule_id, std::less<>{},
                                              [](const Usage& usage) { return std::string_view(usage.rule_id); });
  return found == entries_.end() || found->rule_id != rule_id ? nullptr : &*found;
}

std::int64_t UsageBook::used(std::string_view rule_id) const noexcept {
  const Usage* const found = find(rule_id);
  return found == nullptr ? 0 : found->used;
}

std::int64_t UsageBook::spent(std::string_view rule_id, Currency currency) const noexcept {
  const Usage* const found = find(rule_id);
  if (found == nullptr) return 0;
  // Whoever says that nothing of a rule is left means its money, too.
  if (found->used == std::numeric_limits<std::int64_t>::max()) return found->used;
  for (const auto& [known, amount] : found->spent) {
    if (known == currency) return amount;
  }
  return 0;
}

}  // namespace kassa::discounts
