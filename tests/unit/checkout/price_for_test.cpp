// Which price counts: the order of precedence row by row, and against a plain scan.

#include "services/checkout/price_for.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/checkout/any_shop.hpp"

namespace kassa::checkout {
namespace {

using std::chrono::hours;

constexpr Instant kNoon = ManualClock::kStart;

ports::ListPrice listed(std::int64_t amount, std::string list = {}) {
  ports::ListPrice out;
  out.currency = money_of("EUR");
  out.amount = amount;
  out.list = std::move(list);
  return out;
}
ports::ListPrice for_group(ports::ListPrice price, std::string group, std::int64_t priority = 0) {
  price.group = std::move(group);
  price.priority = priority;
  return price;
}
ports::ListPrice from_quantity(ports::ListPrice price, std::int64_t quantity) {
  price.min_quantity = quantity;
  return price;
}
ports::ListPrice between(ports::ListPrice price, std::optional<Instant> from, std::optional<Instant> until) {
  price.from = from;
  price.until = until;
  return price;
}

/// Costs 1000.
ports::VariantView priced(std::vector<ports::ListPrice> prices) {
  ports::VariantView out = variant("mug", 1000);
  auto specials = std::make_shared<ports::VariantSpecials>();
  specials->prices = std::move(prices);
  out.specials = specials;
  return out;
}

struct PriceCase {
  const char* name;
  std::vector<ports::ListPrice> prices;
  std::int64_t quantity;
  std::vector<std::string> groups;
  std::int64_t amount;
};

TEST(PriceFor, TheOrderOfPrecedence) {
  const auto dollars = [] {
    ports::ListPrice out = listed(1);
    out.currency = money_of("USD");
    return out;
  };
  const PriceCase cases[] = {
      {"the catalogue's own where no list has any", {}, 1, {}, 1000},
      {"a list goes before it, dearer or not", {listed(1200)}, 1, {}, 1200},
      {"a price in another currency is none", {dollars()}, 1, {}, 1000},
      {"a break is not for less", {from_quantity(listed(900), 10)}, 9, {}, 1000},
      {"a break is for its quantity", {from_quantity(listed(900), 10)}, 10, {}, 900},
      {"the greatest break that fits",
       {from_quantity(listed(900), 10), from_quantity(listed(950), 20), from_quantity(listed(800), 50)},
       49,
       {},
       950},
      {"a group's price is for nobody else", {for_group(listed(700), "trade")}, 1, {"vip"}, 1000},
      {"a group's price is for the group", {for_group(listed(700), "trade")}, 1, {"trade", "vip"}, 700},
      {"a group goes before everybody", {for_group(listed(990), "trade"), listed(500)}, 1, {"trade"}, 990},
      {"of two groups the merchant's first",
       {for_group(listed(600), "vip", 2), for_group(listed(700), "trade", 1)},
       1,
       {"trade", "vip"},
       700},
      {"scheduled before permanent",
       {listed(800), between(listed(850), kNoon - hours{1}, kNoon + hours{1})},
       1,
       {},
       850},
      {"a schedule of one end is one", {listed(800), between(listed(850), std::nullopt, kNoon + hours{1})}, 1, {}, 850},
      {"it begins at its first moment", {between(listed(850), kNoon, std::nullopt)}, 1, {}, 850},
      {"it has ended at its last", {between(listed(850), std::nullopt, kNoon)}, 1, {}, 1000},
      {"it has not begun", {between(listed(850), kNoon + Millis{1}, std::nullopt)}, 1, {}, 1000},
      {"priority goes before a schedule",
       {for_group(listed(700), "trade", 1), between(for_group(listed(650), "vip", 2), kNoon, std::nullopt)},
       1,
       {"trade", "vip"},
       700},
      {"a schedule goes before a break",
       {from_quantity(listed(600), 10), between(listed(850), kNoon, std::nullopt)},
       10,
       {},
       850},
      {"last, the lowest price", {listed(900, "a"), listed(800, "b")}, 1, {}, 800},
      {"free is a price", {listed(0)}, 1, {}, 0},
  };
  for (const PriceCase& row : cases) {
    const PriceQuestion asked{money_of("EUR"), row.quantity, row.groups, kNoon};
    const auto found = price_for(priced(row.prices), asked);
    ASSERT_TRUE(found) << row.name;
    EXPECT_EQ(found->amount, row.amount) << row.name;
  }
}

TEST(PriceFor, NamesTheListAndItsComparePrice) {
  ports::ListPrice sale = listed(800, "sale");
  sale.compare_at = 1000;
  const PriceQuestion asked{money_of("EUR"), 1, {}, kNoon};
  const ports::VariantView variant = priced({sale});
  const auto found = price_for(variant, asked);
  ASSERT_TRUE(found && found->list);
  EXPECT_EQ(found->list->list, "sale");
  EXPECT_EQ(found->compare_at, 1000);
  const PriceQuestion in_yen{money_of("JPY"), 1, {}, kNoon};
  EXPECT_FALSE(price_for(variant, in_yen)) << "never converted";
}

TEST(PriceFor, AListAloneMakesItSellable) {
  ports::VariantView variant = priced({for_group(listed(700), "trade")});
  variant.prices.clear();
  const std::vector<std::string> trade{"trade"};
  EXPECT_FALSE(price_for(variant, {money_of("EUR"), 1, {}, kNoon}));
  EXPECT_TRUE(price_for(variant, {money_of("EUR"), 1, trade, kNoon}));
}

ports::ListPrice any_list_price() {
  ports::ListPrice out = listed(any_between(0, 3), any_of({"", "a", "b"}));
  out.group = any_of({"", "", "g1", "g2"});
  out.priority = any_between(0, 2);
  out.min_quantity = any_between(1, 4);
  if (one_in(2)) out.from = kNoon + hours{any_between(-3, 3)};
  if (one_in(2)) out.until = kNoon + hours{any_between(-3, 3)};
  return out;
}

/// The order of docs/prices.md, word by word: of those that apply, each step keeps the best.
std::int64_t plain_scan(const std::vector<ports::ListPrice>& prices, const PriceQuestion& asked) {
  std::vector<ports::ListPrice> left;
  for (const ports::ListPrice& price : prices) {
    const bool is_for = price.group.empty() || std::ranges::count(asked.groups, price.group) > 0;
    const bool begun = !price.from || *price.from <= asked.now;
    const bool ended = price.until && *price.until <= asked.now;
    if (is_for && begun && !ended && price.min_quantity <= asked.quantity) left.push_back(price);
  }
  if (left.empty()) return 1000;
  const auto keep_least = [&](auto measure) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const auto& price : left) least = std::min<std::int64_t>(least, measure(price));
    std::erase_if(left, [&](const auto& price) { return measure(price) != least; });
  };
  keep_least([](const auto& price) { return price.group.empty() ? 1 : 0; });
  keep_least([](const auto& price) { return price.priority; });
  keep_least([](const auto& price) { return price.from || price.until ? 0 : 1; });
  keep_least([](const auto& price) { return -price.min_quantity; });
  keep_least([](const auto& price) { return price.amount; });
  return left.front().amount;
}

RC_GTEST_PROP(PriceForProperty, IsWhatAPlainScanFindsAndChangesOnlyWhenItSays, ()) {
  std::vector<ports::ListPrice> prices;
  for (std::int64_t i = any_between(0, 8); i > 0; --i) prices.push_back(any_list_price());
  std::vector<std::string> groups;
  if (one_in(2)) groups.emplace_back("g1");
  if (one_in(2)) groups.emplace_back("g2");
  const PriceQuestion asked{money_of("EUR"), any_between(1, 5), groups, kNoon};
  const ports::VariantView variant = priced(prices);
  const auto found = price_for(variant, asked);
  RC_ASSERT(found.has_value());
  RC_ASSERT(found->amount == plain_scan(prices, asked));
  const auto changes_at = price_changes_at(variant, asked);
  RC_ASSERT((!changes_at || *changes_at > kNoon));
  for (int hour = 0; hour < 4; ++hour) {
    PriceQuestion later = asked;
    later.now = kNoon + hours{hour};
    if (!changes_at || later.now < *changes_at) RC_ASSERT(price_for(variant, later)->amount == found->amount);
  }
}

}  // namespace
}  // namespace kassa::checkout
