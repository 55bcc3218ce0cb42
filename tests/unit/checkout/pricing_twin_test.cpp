// A second opinion on totals: the same shop computed line by line in 128 bits, without any of the engines.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/checkout/any_shop.hpp"

namespace kassa::checkout {
namespace {

using Wide = __int128;

/// A shop that the twin understands: one product rule on tea, one order rule, one flat rate with a threshold, tax by
/// class.
struct Plan {
  std::vector<std::int64_t> prices;
  std::vector<bool> is_tea;
  std::vector<bool> is_food;
  std::vector<std::int64_t> quantities;
  std::int64_t tea_bps{};
  std::int64_t order_bps{};
  std::int64_t rate{};
  std::int64_t free_from{};
  std::int64_t standard_bps{};
  std::int64_t food_bps{};
  bool shipping_taxed{};
  bool included{};
  bool truncate{};
};

Plan any_plan() {
  Plan plan;
  const std::int64_t count = any_between(1, 8);
  for (std::int64_t i = 0; i < count; ++i) {
    plan.prices.push_back(any_between(0, one_in(8) ? 5'000'000'000 : 20'000));
    plan.is_tea.push_back(one_in(3));
    plan.is_food.push_back(one_in(3));
    plan.quantities.push_back(any_between(1, one_in(8) ? 100'000 : 20));
  }
  plan.tea_bps = any_between(1, 10'000);
  plan.order_bps = any_between(1, 10'000);
  plan.rate = any_between(0, 3'000);
  plan.free_from = any_between(1, 40'000);
  plan.standard_bps = any_between(0, 3'000);
  plan.food_bps = any_between(0, 3'000);
  plan.shipping_taxed = one_in(2);
  plan.included = one_in(2);
  plan.truncate = one_in(3);
  return plan;
}

Wide ratio(Wide amount, Wide by, Wide whole, bool truncate) {
  return truncate ? amount * by / whole : (2 * amount * by + whole) / (2 * whole);
}

/// Splits by largest remainder, slowly: one unit after the other to whom is owed most.
std::vector<Wide> split(Wide total, const std::vector<Wide>& weights) {
  Wide sum = 0;
  for (const Wide weight : weights) sum += weight;
  std::vector<Wide> parts(weights.size(), 0);
  if (sum == 0) return parts;
  Wide given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) given += parts[i] = total * weights[i] / sum;
  std::vector<bool> topped(weights.size(), false);
  for (; given < total; ++given) {
    std::size_t best = weights.size();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (topped[i]) continue;
      if (best == weights.size() || total * weights[i] % sum > total * weights[best] % sum) best = i;
    }
    topped[best] = true;
    parts[best] += 1;
  }
  return parts;
}

struct Twin {
  Wide total{};
  std::vector<Wide> line_nets;
  Wide standard_tax{};
  Wide food_tax{};
};

Twin compute(const Plan& plan) {
  Twin twin;
  Wide left = 0;
  for (std::size_t i = 0; i < plan.prices.size(); ++i) {
    const Wide gross = Wide{plan.prices[i]} * plan.quantities[i];
    const Wide off = plan.is_tea[i] ? ratio(gross, plan.tea_bps, 10'000, plan.truncate) : 0;
    twin.line_nets.push_back(gross - off);
    left += gross - off;
  }
  const auto parts = split(ratio(left, plan.order_bps, 10'000, plan.truncate), twin.line_nets);
  Wide standard = 0;
  Wide food = 0;
  Wide goods = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    twin.line_nets[i] -= parts[i];
    goods += twin.line_nets[i];
    (plan.is_food[i] ? food : standard) += twin.line_nets[i];
  }
  const Wide shipping = goods >= plan.free_from ? 0 : Wide{plan.rate};
  if (plan.shipping_taxed) standard += shipping;
  const auto tax_on = [&](Wide base, std::int64_t bps) {
    return ratio(base, bps, plan.included ? 10'000 + bps : 10'000, plan.truncate);
  };
  twin.standard_tax = tax_on(standard, plan.standard_bps);
  twin.food_tax = tax_on(food, plan.food_bps);
  twin.total = goods + shipping + (plan.included ? 0 : twin.standard_tax + twin.food_tax);
  return twin;
}

Shop shop_of(const Plan& plan) {
  Shop shop;
  for (std::size_t i = 0; i < plan.prices.size(); ++i) {
    auto made = in_category(variant("v" + std::to_string(i), plan.prices[i]), plan.is_tea[i] ? "tea" : "mugs");
    made.tax_class = plan.is_food[i] ? "food" : "standard";
    shop.variants.push_back(std::move(made));
  }
  shop.rules = R"([{"id":"tea","class":"product","trigger":"automatic","value":{"type":"percent","bps":)" +
               std::to_string(plan.tea_bps) + R"(},"target":{"where":{"attr":"line.category","op":"eq","value":"tea"}}},
    {"id":"all","class":"order","trigger":"automatic","value":{"type":"percent","bps":)" +
               std::to_string(plan.order_bps) + "}}]";
  shop.zones =
      R"({"zones":[{"id":"de","countries":["DE"],"rates":[{"id":"std","title":"S","by":"flat","amounts":{"EUR":)" +
      std::to_string(plan.rate) + R"(},"free_over":{"EUR":)" + std::to_string(plan.free_from) + "}}]}]}";
  shop.taxes = {tax("DE", plan.standard_bps, "", "", plan.shipping_taxed), tax("DE", plan.food_bps, "", "food")};
  shop.prices_include_tax = plan.included;
  shop.rounding = plan.truncate ? Rounding::kTruncate : Rounding::kHalfUp;
  return shop;
}

std::int64_t tax_at(const Quote& quote, std::int64_t bps) {
  std::int64_t sum = 0;
  for (const TaxEntry& entry : quote.taxes) sum += entry.bps == bps ? entry.amount : 0;
  return sum;
}

RC_GTEST_PROP(PricingTwin, TotalsAgreeWithArithmeticDoneTheLongWay, ()) {
  const Plan plan = any_plan();
  const Twin twin = compute(plan);
  std::vector<Line> lines;
  for (std::size_t i = 0; i < plan.prices.size(); ++i) {
    const std::string id = "v" + std::to_string(i);
    lines.push_back(line(id, id, plan.quantities[i]));
  }
  Session session = session_of(std::move(lines));
  deliver(session, address("DE"), "std");
  const Quote quote = price_now(session, shop_of(plan));
  RC_ASSERT(Wide{quote.total} == twin.total);
  for (std::size_t i = 0; i < quote.lines.size(); ++i) RC_ASSERT(Wide{quote.lines[i].net()} == twin.line_nets[i]);
  if (plan.standard_bps == plan.food_bps) return;  // Entries carry no class: equal rates cannot be told apart.
  RC_ASSERT(Wide{tax_at(quote, plan.standard_bps)} == twin.standard_tax);
  RC_ASSERT(Wide{tax_at(quote, plan.food_bps)} == twin.food_tax);
}

}  // namespace
}  // namespace kassa::checkout
