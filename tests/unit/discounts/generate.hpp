#pragma once
// Random rules and carts over a small vocabulary, so that they meet often: every attribute, operator and group,
// "missing", both bases, codes, currencies, schedules, limits. Whoever calls decides where chance comes from.

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/engine.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {

class Generator {
 public:
  /// A number from `low` to `high`, both included.
  using Pick = std::function<std::int64_t(std::int64_t low, std::int64_t high)>;

  explicit Generator(Pick pick) : pick_(std::move(pick)) {}

  /// The merchant's own attributes that rules and carts use.
  static RuleSetup setup() {
    RuleSetup out;
    out.attributes = {{"customer.tier", "string", "customer"},
                      {"cart.weight", "int", "cart"},
                      {"line.material", "set<string>", "line"}};
    return out;
  }

  /// Sound rules: what the compiler refuses by itself is left out.
  json::array rules(std::int64_t most) {
    json::array out;
    const auto count = pick_(0, most);
    for (std::int64_t i = 0; i < count; ++i) {
      json::object made = rule("r" + std::to_string(i));
      std::vector<Problem> problems;
      if (compile(json::array{made}, setup(), problems)) out.push_back(std::move(made));
    }
    return out;
  }

  Cart cart() {
    Cart out;
    out.currency = Currency::from_code(chance(4) ? "USD" : "EUR").value();
    const auto count = pick_(0, 6);
    for (std::int64_t i = 0; i < count; ++i) out.lines.push_back(line(i));
    const auto packages = pick_(0, 2);
    for (std::int64_t i = 0; i < packages; ++i) {
      out.shipping.emplace_back();
      out.shipping.back().method = one_of(kMethods);
      out.shipping.back().amount = pick_(0, 900);
    }
    const auto codes = pick_(0, 4);
    for (std::int64_t i = 0; i < codes; ++i) out.codes.push_back("Code-R" + std::to_string(pick_(0, 9)));
    if (chance(2)) out.country = one_of(kCountries);
    if (chance(2)) out.customer_orders = pick_(0, 3);
    if (chance(2)) out.payment_method = one_of(kPayments);
    if (chance(2)) out.customer = "somebody";
    if (chance(2)) out.prepaid = chance(2);
    if (chance(3)) out.cod_minutes = pick_(0, 60);
    if (chance(2)) out.segments.emplace_back(one_of(kSegments));
    if (chance(2)) out.facts.push_back({"customer.tier", {one_of(kTiers)}, std::nullopt});
    if (chance(2)) out.facts.push_back({"cart.weight", {}, pick_(0, 9)});
    out.provisional = chance(3);
    return out;
  }

  std::vector<Usage> usage() {
    std::vector<Usage> out;
    for (int i = 0; i < 10; ++i) {
      if (chance(3)) out.push_back({"r" + std::to_string(i), pick_(0, 4)});
    }
    return out;
  }

  Instant now() { return kNoon + std::chrono::hours(pick_(-3, 3)); }

 private:
  static constexpr Instant kNoon{Millis{1'780'315'200'000}};  ///< 2026-06-01T12:00:00Z
  static constexpr std::array kCategories{"apparel", "mugs", "books", "toys"};
  static constexpr std::array kVendors{"Acme", "Bolt", "Core"};
  static constexpr std::array kTags{"new", "summer", "sale", "eco"};
  static constexpr std::array kMethods{"standard", "express", "pickup"};
  static constexpr std::array kCountries{"DE", "FR", "AT"};
  static constexpr std::array kPayments{"card", "upi"};
  static constexpr std::array kCurrencies{"EUR", "USD", "JPY"};
  static constexpr std::array kClassNames{"product", "order", "shipping", "payment"};
  static constexpr std::array kSegments{"vip", "staff"};
  static constexpr std::array kTiers{"gold", "silver"};
  static constexpr std::array kMaterials{"wool", "silk"};
  static constexpr std::array kRuleTags{"a", "b"};
  static constexpr std::array kSkus{"s0", "s1", "s2", "s3", "s4", "s5"};

  bool chance(std::int64_t among) { return pick_(1, among) == 1; }

  template <std::size_t N>
  const char* one_of(const std::array<const char*, N>& list) {
    return list[static_cast<std::size_t>(pick_(0, static_cast<std::int64_t>(N) - 1))];
  }

  CartLine line(std::int64_t i) {
    CartLine out;
    out.line_id = "l" + std::to_string(i);
    out.sku = chance(8) ? "" : one_of(kSkus);
    out.variant = "v-" + out.sku;
    out.product = chance(8) ? "" : "p-" + out.sku;
    out.category = chance(8) ? "" : one_of(kCategories);
    out.vendor = chance(4) ? "" : one_of(kVendors);
    for (const char* const tag : kTags) {
      if (chance(3)) out.tags.emplace_back(tag);
    }
    out.quantity = pick_(1, 5);
    out.unit_price = pick_(0, 2'000);
    if (chance(6)) out.minimum_price = pick_(0, out.unit_price);
    if (chance(3)) out.facts.push_back({"line.material", {one_of(kMaterials)}, std::nullopt});
    return out;
  }

  json::value amounts(std::int64_t most) {
    json::object out;
    out["EUR"] = pick_(0, most);
    if (chance(3)) out["USD"] = pick_(0, most);
    return out;
  }

  template <std::size_t N>
  json::object text_leaf(const char* attribute, const std::array<const char*, N>& words, std::string prefix = "") {
    json::object out{{"attr", attribute}};
    const auto kind = pick_(0, 9);
    if (kind <= 2) {
      out["op"] = kind == 0 ? "ne" : "eq";
      out["value"] = prefix + one_of(words);
    } else if (kind == 3) {
      out["op"] = "exists";
      out["value"] = chance(2);
    } else if (kind == 4) {
      out["op"] = "prefix";
      out["value"] = prefix + std::string(one_of(words)).substr(0, 1);
    } else {
      out["op"] = kind == 5 ? "none_of" : kind == 6 ? "all_of" : "any_of";
      json::array list;
      const auto count = pick_(1, 3);
      for (std::int64_t i = 0; i < count; ++i) list.push_back(json::value(prefix + one_of(words)));
      out["value"] = std::move(list);
    }
    if (chance(5)) out["missing"] = "pass";
    return out;
  }

  json::object number_leaf(const char* attribute, bool money, std::int64_t most) {
    static constexpr std::array kOps{"gte", "gt", "lt", "lte", "eq", "ne", "gte", "gte"};
    json::object out{{"attr", attribute}, {"op", one_of(kOps)}};
    if (money) {
      out["value"] = amounts(most);
    } else {
      out["value"] = pick_(0, most);
    }
    if (chance(5)) out["missing"] = "pass";
    return out;
  }

  json::object line_leaf() {
    switch (pick_(0, 8)) {
      case 8: return text_leaf("line.material", kMaterials);
      case 0: return text_leaf("line.category", kCategories);
      case 1: return text_leaf("line.vendor", kVendors);
      case 2: return text_leaf("line.tags", kTags);
      case 3: return text_leaf("line.variant", kSkus, "v-");
      case 4: return text_leaf("line.product", kSkus, "p-");
      case 5: return number_leaf("line.quantity", false, 5);
      case 6: return number_leaf("line.price", true, 2'000);
      default: return text_leaf("line.sku", kSkus);
    }
  }

  json::object sum_leaf() {
    const auto kind = pick_(0, 2);
    json::object out = kind == 0   ? number_leaf("lines.subtotal", true, 3'000)
                       : kind == 1 ? number_leaf("lines.count", false, 3)
                                   : number_leaf("lines.quantity", false, 5);
    if (!chance(4)) out["where"] = condition([this] { return line_leaf(); }, 1);
    if (kind == 0) add_basis(out);
    return out;
  }

  json::object cart_leaf() {
    switch (pick_(0, 13)) {
      case 9: return text_leaf("customer.segments", kSegments);
      case 10: return text_leaf("customer.tier", kTiers);
      case 11: return number_leaf("cart.weight", false, 9);
      case 12: return json::object{{"attr", "payment.prepaid"}, {"op", "eq"}, {"value", chance(2)}};
      case 13: return number_leaf("order.cod_minutes", false, 60);
      case 0: return text_leaf("cart.country", kCountries);
      case 1: return text_leaf("payment.method", kPayments);
      case 2: return text_leaf("shipping.method", kMethods);
      case 3: return number_leaf("cart.quantity", false, 12);
      case 4: return number_leaf("customer.orders_count", false, 3);
      case 5: return json::object{{"attr", "cart.currency"}, {"op", "eq"}, {"value", one_of(kCurrencies)}};
      case 6:
      case 7: return sum_leaf();
      default: break;
    }
    json::object out = number_leaf("cart.subtotal", true, 9'000);
    add_basis(out);
    return out;
  }

  void add_basis(json::object& leaf) {
    if (chance(2)) leaf["basis"] = chance(2) ? "original" : "running";
  }

  json::object condition(const std::function<json::object()>& leaf, int levels) {
    const auto kind = levels == 0 ? 9 : pick_(0, 7);
    if (kind > 3) return leaf();
    if (kind == 0) return json::object{{"not", condition(leaf, levels - 1)}};
    json::array children;
    const auto count = pick_(1, 3);
    for (std::int64_t i = 0; i < count; ++i) children.push_back(condition(leaf, levels - 1));
    return json::object{{kind == 1 ? "any" : "all", std::move(children)}};
  }

  json::value value(bool product) {
    json::object out = plain_value(product);
    if (product && chance(5)) out["minimum_price"] = amounts(300);
    if (chance(4)) out["rounding"] = chance(2) ? "first_lines" : "last_line";
    return out;
  }

  /// Buy and get, a bundle or a gift.
  void make_set(json::object& rule) {
    const auto part = [&] {
      json::object out{{"quantity", pick_(1, 2)}};
      if (!chance(4)) out["where"] = condition([this] { return line_leaf(); }, 1);
      return out;
    };
    const auto kind = pick_(0, 2);
    rule.erase("target");
    if (kind == 0) {
      rule["value"] = json::object{{"type", "gift"}, {"sku", one_of(kSkus)}};
      return;
    }
    if (kind == 1) {
      rule["buy"] = part();
      rule["get"] = part();
      if (chance(2)) rule["get"].as_object()["select"] = chance(2) ? "cheapest" : "most_expensive";
    } else {
      rule["bundle"] = json::array{part(), part()};
    }
    const auto value = pick_(0, 2);
    if (value == 0) rule["value"] = json::object{{"type", "percent"}, {"bps", pick_(0, 10'000)}};
    if (value == 1) rule["value"] = json::object{{"type", "amount"}, {"amounts", amounts(900)}};
    if (value == 2) rule["value"] = json::object{{"type", "fixed_price"}, {"amounts", amounts(2'000)}};
  }

  json::object combination() {
    json::object out;
    if (chance(2)) {
      json::array classes;
      for (const char* const word : kClassNames) {
        if (!chance(4)) classes.push_back(json::value(word));
      }
      out["classes"] = std::move(classes);
    }
    if (chance(4)) {
      const auto number = pick_(0, 3);
      static constexpr std::array kPolicies{"best_deal", "priority", "stack_all", "exclusive"};
      out["group"] = "g" + std::to_string(number);
      out["policy"] = kPolicies[static_cast<std::size_t>(number)];
    }
    if (chance(5)) out["tags"] = json::array{one_of(kRuleTags)};
    if (chance(8)) out["with"] = json::array{one_of(kRuleTags)};
    if (chance(8)) out["without"] = json::array{one_of(kRuleTags)};
    if (chance(20)) out["exclusive"] = true;
    return out;
  }

  json::object plain_value(bool product) {
    const auto kind = pick_(0, product ? 5 : 4);
    if (kind == 5) return json::object{{"type", "fixed_price"}, {"amounts", amounts(1'500)}};
    if (kind <= 1) {
      json::object out{{"type", "percent"}, {"bps", pick_(0, 10'000)}};
      if (kind == 1) out["max_amount"] = amounts(500);
      return out;
    }
    if (kind == 2) return json::object{{"type", "amount"}, {"amounts", amounts(2'000)}};
    const bool money = kind == 3;
    const char* const on = money ? "cart.subtotal" : product ? "line.quantity" : "cart.quantity";
    const auto from = pick_(0, money ? 4'000 : 5);
    const auto gte = [&](std::int64_t amount) { return money ? json::value{{"EUR", amount}} : json::value(amount); };
    json::array tiers;
    tiers.push_back(json::object{{"gte", gte(from)}, {"bps", pick_(0, 5'000)}});
    tiers.push_back(json::object{{"gte", gte(from + pick_(1, 9))}, {"amounts", amounts(900)}});
    return json::object{{"type", "tiers"}, {"on", on}, {"tiers", std::move(tiers)}};
  }

  json::object schedule() {
    json::object out;
    const auto starts = pick_(-4, 3);
    if (chance(2)) out["starts_at"] = to_rfc3339(kNoon + std::chrono::hours(starts));
    if (chance(3)) {
      out["time_zone"] = "Europe/Berlin";
      out["recurring"] = json::array{json::object{{"from", "12:00"}, {"to", chance(2) ? "14:00" : "15:30"}}};
    }
    if (chance(2)) out["ends_at"] = to_rfc3339(kNoon + std::chrono::hours(pick_(starts + 1, 5)));
    return out;
  }

  json::object rule(const std::string& id) {
    const std::string_view discount_class = one_of(kClassNames);
    const bool shipping = discount_class == "shipping";
    json::object out{{"id", id}, {"class", discount_class}, {"priority", pick_(1, 3)}};
    out["trigger"] = chance(3) ? json::value{{"codes", {"CODE-" + id}}} : json::value("automatic");
    out["value"] = value(discount_class == "product");
    if (!chance(3)) out["when"] = condition([this] { return cart_leaf(); }, 3);
    if (!chance(3)) {
      const auto leaf = [this, shipping] { return shipping ? text_leaf("shipping.method", kMethods) : line_leaf(); };
      out["target"] = json::object{{"where", condition(leaf, 2)}};
    }
    if (chance(3)) out["schedule"] = schedule();
    if (chance(3)) out["limits"] = json::object{{"global", pick_(1, 4)}, {"per_order", pick_(1, 4)}};
    if (chance(6)) out["limits"] = json::object{{"per_customer", 1}, {"budget", amounts(900)}};
    if (chance(6)) out["method"] = chance(2) ? "each" : "across";
    if (json::object made = combination(); !made.empty()) out["combine"] = std::move(made);
    if (discount_class == "product" && chance(3)) make_set(out);
    return out;
  }

  Pick pick_;
};

}  // namespace kassa::discounts
