#include "services/admin/rule_filter.hpp"

#include "discounts/engine.hpp"
#include "services/base/text.hpp"

namespace kassa::admin {
namespace {

std::string_view text_in(const json::object& rule, std::string_view key) {
  const json::value* const found = rule.if_contains(key);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view{};
}

bool contains(std::string_view text, const std::string& folded) {
  return to_lower_ascii(text).find(folded) != std::string::npos;
}

/// A rule of nothing but this schedule applies to any cart, or the schedule is closed: so calendars are read by those
/// who know them.
bool is_open(const json::value& schedule, Instant now) {
  json::object rule;
  rule["id"] = "probe";
  rule["class"] = "order";
  rule["trigger"] = "automatic";
  rule["value"] = json::object{{"type", "percent"}, {"bps", 10'000}};
  rule["schedule"] = schedule;
  std::vector<Problem> problems;
  const auto rules = discounts::compile(json::array{rule}, problems);
  if (!rules) return false;
  discounts::Cart cart;
  cart.currency = Currency::from_code("EUR").value();
  discounts::CartLine line;
  line.line_id = "1";
  line.quantity = 1;
  line.unit_price = 100;
  cart.lines.push_back(std::move(line));
  return !discounts::evaluate(*rules, cart, {}, now, Rounding::kHalfUp).applied.empty();
}

}  // namespace

bool matches(const RuleFilter& filter, const StoredRule& rule) {
  if (filter.enabled && *filter.enabled != rule.enabled) return false;
  if (!filter.rule_class.empty() && text_in(rule.rule, "class") != filter.rule_class) return false;
  const bool automatic = text_in(rule.rule, "trigger") == "automatic";
  if (!filter.trigger.empty() && automatic != (filter.trigger == "automatic")) return false;
  if (!filter.text.empty()) {
    const std::string folded = to_lower_ascii(filter.text);
    if (!contains(rule.id.value, folded) && !contains(text_in(rule.rule, "title"), folded)) return false;
  }
  if (!filter.active_at) return true;
  const json::value* const schedule = rule.rule.if_contains("schedule");
  return rule.enabled && (schedule == nullptr || is_open(*schedule, *filter.active_at));
}

}  // namespace kassa::admin
