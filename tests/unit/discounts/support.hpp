#pragma once
// Carts and rules for the discount tests, and outcomes as one line of text.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/engine.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {

inline Currency currency(std::string_view code) { return Currency::from_code(code).value(); }

inline json::array rules_json(std::string_view text) { return parse_json(text).value().as_array(); }

/// Compiles rules that must be sound.
/// One order rule of 10 percent with this condition.
inline std::string order_when(std::string_view condition) {
  return R"([{"id":"R","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},"when":)" +
         std::string(condition) + "}]";
}

inline std::shared_ptr<const RuleSet> sound(std::string_view text) {
  std::vector<Problem> problems;
  auto rules = compile(rules_json(text), problems);
  for (const Problem& problem : problems) {
    ADD_FAILURE() << problem.path << " " << problem.code << ": " << problem.message;
  }
  return rules;
}

inline CartLine line(std::string id, std::int64_t price, std::int64_t quantity, std::string category = "apparel") {
  CartLine out;
  out.line_id = id;
  out.sku = "SKU-" + id;
  out.variant = "var_" + id;
  out.product = "prod_" + id;
  out.vendor = "Acme";
  out.category = std::move(category);
  out.tags = {"summer", "tag-" + id};
  out.unit_price = price;
  out.quantity = quantity;
  return out;
}

inline Cart cart_of(std::vector<CartLine> lines, std::string_view code = "EUR") {
  Cart out;
  out.currency = currency(code);
  out.lines = std::move(lines);
  return out;
}

inline CartShipping shipped(std::string method, std::int64_t amount) {
  CartShipping out;
  out.method = std::move(method);
  out.amount = amount;
  return out;
}

inline Instant at(std::string_view time) { return from_rfc3339(time).value(); }

inline Outcome evaluate_at_noon(const RuleSet& rules, const Cart& cart, const std::vector<Usage>& usage = {}) {
  return evaluate(rules, cart, usage, at("2026-06-01T12:00:00Z"), Rounding::kHalfUp);
}

inline std::vector<Explanation> explain_at_noon(const RuleSet& rules, const Cart& cart, std::vector<std::string> names,
                                                const std::vector<Usage>& usage = {}) {
  return explain(rules, cart, usage, at("2026-06-01T12:00:00Z"), Rounding::kHalfUp, names);
}

/// "R1=34960(0:14970 1:19990) R5=9900(s0:9900)", in the order of application.
inline std::string applied_text(const Outcome& outcome) {
  std::string text;
  for (const Applied& applied : outcome.applied) {
    if (!text.empty()) text += ' ';
    text += applied.rule_id + "=" + std::to_string(applied.amount) + "(";
    for (const Allocation& part : applied.allocations) {
      if (text.back() != '(') text += ' ';
      text += (part.shipping ? "s" : "") + std::to_string(part.index) + ":" + std::to_string(part.amount);
    }
    text += ')';
  }
  return text;
}

/// "0:discount_code_invalid"
inline std::string rejected_text(const Outcome& outcome) {
  std::string text;
  for (const RejectedCode& rejected : outcome.rejected) {
    if (!text.empty()) text += ' ';
    text += std::to_string(rejected.index) + ":" + rejected.reason;
  }
  return text;
}

/// "R8:superseded_by_better[R1]", without rules that applied or whose code was not given.
inline std::string why_not_text(const std::vector<Explanation>& fates) {
  std::string text;
  for (const Explanation& entry : fates) {
    if (entry.reason == "applied" || entry.reason == "code_not_given") continue;
    if (!text.empty()) text += ' ';
    text += entry.rule_id + ":" + entry.reason;
    if (!entry.detail.empty()) text += "[" + entry.detail + "]";
  }
  return text;
}

/// Ids of rules in ascending order.
inline std::vector<std::string> ids_of(const json::array& rules) {
  std::vector<std::string> ids;
  for (const json::value& rule : rules) ids.emplace_back(rule.at("id").as_string());
  std::ranges::sort(ids);
  return ids;
}

/// What is left of each line and, after them, of each shipping entry.
inline std::vector<std::int64_t> what_is_left(const Cart& cart, const Outcome& outcome) {
  std::vector<std::int64_t> left;
  for (const CartLine& entry : cart.lines) left.push_back(entry.unit_price * entry.quantity);
  for (const CartShipping& entry : cart.shipping) left.push_back(entry.amount);
  for (const Applied& applied : outcome.applied) {
    for (const Allocation& part : applied.allocations) {
      left.at(part.index + (part.shipping ? cart.lines.size() : 0)) -= part.amount;
    }
  }
  return left;
}

}  // namespace kassa::discounts
