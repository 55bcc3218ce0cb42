#include "loadtest/micro/discount_store.hpp"

#include <algorithm>
#include <array>

namespace kassa::discounts::bench {
namespace {

constexpr std::int64_t kCountries = 40;
constexpr std::int64_t kSegments = 200;
constexpr std::int64_t kDimensions = 122;
constexpr std::int64_t kDimensionValues = 20;
constexpr std::int64_t kChannels = 10;
constexpr std::array<const char*, 4> kPayments{"card", "transfer", "upi", "wallet"};
constexpr const char* kOneSku = "SKU-100000";

std::string numbered(const char* kind, std::int64_t number) { return kind + std::to_string(100'000 + number); }

std::string country(std::int64_t number) {
  return {static_cast<char>('A' + number / 26), static_cast<char>('A' + number % 26)};
}

std::string dimension(std::int64_t number) { return "context.d" + std::to_string(number); }

json::object leaf(std::string_view attribute, const std::string& value) {
  return json::object{{"attr", attribute}, {"op", "eq"}, {"value", value}};
}

json::object any_of(std::string_view attribute, const std::string& value) {
  return json::object{{"attr", attribute}, {"op", "any_of"}, {"value", {value}}};
}

}  // namespace

const char* name_of(Mix mix) noexcept {
  static constexpr std::array kNames{"realistic", "constant-match", "code-heavy", "dense",
                                     "hostile",   "expiring",       "ads-like"};
  return kNames[static_cast<std::size_t>(mix)];
}

Store::Store(Mix mix, std::size_t rules, std::uint64_t seed)
    : mix_(mix), count_(static_cast<std::int64_t>(rules)), random_(seed) {
  const bool constant = mix == Mix::kConstant;
  skus_ = constant ? std::max<std::int64_t>(count_ / 8, 16) : 50'000;
  categories_ = constant ? std::max<std::int64_t>(count_ / 16, 8) : 3'000;
  brands_ = constant ? std::max<std::int64_t>(count_ / 16, 8) : 5'000;
  tags_ = constant ? std::max<std::int64_t>(count_ / 8, 8) : 10'000;
}

RuleSetup Store::setup() {
  RuleSetup setup;
  setup.attributes.push_back({"cart.channel", "string", "cart"});
  for (std::int64_t i = 0; i < kDimensions; ++i) setup.attributes.push_back({dimension(i), "string", "context"});
  return setup;
}

json::array Store::rules() {
  json::array out;
  out.reserve(static_cast<std::size_t>(count_));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count_); ++i) out.push_back(rule(i));
  return out;
}

Cart Store::cart(std::size_t lines) {
  Cart out;
  out.currency = *Currency::from_code("EUR");
  for (std::size_t i = 0; i < lines; ++i) out.lines.push_back(line(i));
  if (mix_ == Mix::kHostile) out.lines.front().sku = kOneSku;
  out.country = country(below(kCountries));
  out.customer_orders = below(6);
  out.payment_method = kPayments[static_cast<std::size_t>(below(kPayments.size()))];
  out.shipping.emplace_back();
  out.shipping.back().method = "standard";
  out.shipping.back().amount = 490;
  out.segments.push_back(numbered("segment-", below(kSegments)));
  out.facts.push_back({"cart.channel", {numbered("channel-", below(kChannels))}, std::nullopt});
  if (mix_ == Mix::kAds) {
    for (std::int64_t i = 0; i < 20; ++i)
      out.facts.push_back({dimension(below(kDimensions)), {numbered("v", below(kDimensionValues))}, std::nullopt});
  }
  return out;
}

/// Half of what is bought comes from a quarter of the goods.
CartLine Store::line(std::size_t i) {
  const std::int64_t sku = below(below(2) == 0 ? std::max<std::int64_t>(skus_ / 4, 1) : skus_);
  CartLine out;
  out.line_id = numbered("li_", static_cast<std::int64_t>(i));
  out.sku = numbered("SKU-", sku);
  out.variant = numbered("var_", sku);
  out.product = numbered("prod_", sku);
  out.category = numbered("category-", sku * 17 % categories_);
  out.vendor = numbered("brand-", sku * 13 % brands_);
  for (std::int64_t k = 0; k < 3; ++k) out.tags.push_back(numbered("tag-", (sku * 31 + k * 7'919) % tags_));
  out.quantity = 1 + below(3);
  out.unit_price = 500 + below(9'500);
  return out;
}

/// 60 % of the rules name a product, 18 % a category, 10 % a brand, 10 % a tag, 2 % none of them.
json::object Store::target() {
  if (mix_ == Mix::kHostile) return leaf("line.sku", kOneSku);
  const std::int64_t kind = below(98);
  if (kind < 60) return leaf("line.sku", numbered("SKU-", below(skus_)));
  if (kind < 78) return leaf("line.category", numbered("category-", below(categories_)));
  if (kind < 88) return leaf("line.vendor", numbered("brand-", below(brands_)));
  return any_of("line.tags", numbered("tag-", below(tags_)));
}

/// 45 % ask for a segment, 30 % for a country or a customer's history, 50 % for a subtotal.
json::array Store::conditions(bool cart_wide) {
  json::array out;
  if (percent(45)) out.push_back(any_of("customer.segments", numbered("segment-", below(kSegments))));
  if (cart_wide || percent(30)) {
    if (cart_wide || percent(70)) {
      out.push_back(leaf("cart.country", country(below(kCountries))));
    } else {
      out.push_back(json::object{{"attr", "customer.orders_count"}, {"op", "gte"}, {"value", 1 + below(9)}});
    }
  }
  if (cart_wide || percent(50)) {
    out.push_back(
        json::object{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", 1'000 * (1 + below(300))}}}});
  }
  return out;
}

json::array Store::dense_conditions() {
  return {leaf("cart.country", country(below(kCountries))),
          leaf("payment.method", kPayments[static_cast<std::size_t>(below(kPayments.size()))]),
          any_of("customer.segments", numbered("segment-", below(kSegments / 4))),
          leaf("cart.channel", numbered("channel-", below(kChannels))),
          json::object{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", 1'000 * (1 + below(300))}}}}};
}

json::array Store::ads_conditions() {
  json::array out;
  std::vector<std::int64_t> used;
  while (used.size() < 8) {
    const std::int64_t number = below(kDimensions);
    if (std::ranges::find(used, number) != used.end()) continue;
    used.push_back(number);
    json::array values;
    for (int i = 0; i < 4; ++i) values.push_back(json::value(numbered("v", below(kDimensionValues))));
    out.push_back(json::object{{"attr", dimension(number)}, {"op", "any_of"}, {"value", std::move(values)}});
  }
  return out;
}

json::object Store::rule(std::size_t number) {
  const bool plain = mix_ == Mix::kRealistic || mix_ == Mix::kConstant || mix_ == Mix::kExpiring;
  const bool cart_wide = plain && percent(mix_ == Mix::kConstant ? 0 : 2);
  static constexpr std::array<const char*, 3> kWide{"order", "shipping", "payment"};
  json::object out{{"id", "rule-" + std::to_string(number)},
                   {"title", "Rule " + std::to_string(number)},
                   {"class", cart_wide ? kWide[static_cast<std::size_t>(below(3))] : "product"},
                   {"priority", 1 + below(100)},
                   {"value", {{"type", "percent"}, {"bps", 100 * (1 + below(30))}}}};
  const bool coded = percent(mix_ == Mix::kCodes ? 95 : plain ? 5 : 0);
  out["trigger"] = coded ? json::value{{"codes", {"CODE" + std::to_string(number)}}} : json::value("automatic");
  if (!cart_wide && mix_ != Mix::kDense && mix_ != Mix::kAds) out["target"] = json::object{{"where", target()}};
  json::array all = mix_ == Mix::kDense ? dense_conditions()
                    : mix_ == Mix::kAds ? ads_conditions()
                                        : conditions(cart_wide);
  if (!all.empty()) out["when"] = json::object{{"all", std::move(all)}};
  if (mix_ == Mix::kExpiring && percent(30)) {
    const std::string day = std::to_string(10 + below(18));
    out["schedule"] = percent(50) ? json::object{{"ends_at", "2026-05-" + day + "T00:00:00Z"}}
                                  : json::object{{"starts_at", "2026-07-" + day + "T00:00:00Z"}};
  } else if (percent(20)) {
    out["schedule"] = json::object{{"ends_at", "2026-12-31T00:00:00Z"}};
  }
  return out;
}

}  // namespace kassa::discounts::bench
