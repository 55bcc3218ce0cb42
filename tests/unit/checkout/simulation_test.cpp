// Other rules over recorded carts: exact sums, and nothing at all where nothing changes.

#include "services/checkout/simulation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/checkout/pricing.hpp"
#include "tests/unit/checkout/any_shop.hpp"

namespace kassa::checkout {
namespace {

constexpr const char* kLiveRules =
    R"([{"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])";

constexpr const char* kDraftRules =
    R"([{"id":"twenty","class":"order","trigger":"automatic","value":{"type":"percent","bps":2000}},
        {"id":"free","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000},
         "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":1500}}}])";

discounts::RuleSetPtr rules_of(const std::string& text) {
  std::vector<Problem> problems;
  auto rules = discounts::compile(parse_json(text).value().as_array(), problems);
  for (const Problem& problem : problems) ADD_FAILURE() << problem.path << " " << problem.code;
  return rules;
}

Shop mug_shop() {
  Shop shop;
  shop.variants = {in_category(variant("v1", 1'000), "mugs"), variant("v2", 500)};
  shop.rules = kLiveRules;
  shop.taxes = {tax("DE", 1'900)};
  return shop;
}

RecordedCart recorded(std::string id, std::vector<RecordedLine> lines) {
  RecordedCart cart;
  cart.id = std::move(id);
  cart.at = ManualClock::kStart;
  cart.ordered = true;
  cart.currency = money_of("EUR");
  cart.lines = std::move(lines);
  return cart;
}

RecordedCart sent_to_germany(RecordedCart cart) {
  cart.country = "DE";
  cart.shipping = {{"std", 490}};
  return cart;
}

SimulationReport simulated(const Shop& shop, const std::string& draft, const std::vector<RecordedCart>& carts) {
  Simulation simulation(*snapshot_of(shop), rules_of(draft));
  for (const RecordedCart& cart : carts) EXPECT_TRUE(simulation.add(cart));
  return simulation.report();
}

/// "3082 of 2632 - 250": revenue, net, discount.
std::string told_sums(const SimulatedSums& sums) {
  return std::to_string(sums.revenue) + " net " + std::to_string(sums.net) + " discount " +
         std::to_string(sums.discount);
}

TEST(Simulation, both_sides_are_summed_to_the_cent) {
  const auto report = simulated(mug_shop(), kDraftRules,
                                {sent_to_germany(recorded("a", {{"v1", 2, 1'000}})), recorded("b", {{"v2", 1, 500}})});
  EXPECT_EQ(report.carts, 2);
  const SimulatedCurrency& eur = report.currencies.at("EUR");
  EXPECT_EQ(eur.touched, 2);
  EXPECT_EQ(told_sums(eur.live), "3082 net 2740 discount 250") << "1800 + 490 + 19 % of 1800, and 450";
  EXPECT_EQ(told_sums(eur.draft), "2304 net 2000 discount 990") << "1600 + 19 % of 1600, and 400";
  EXPECT_TRUE(eur.best.empty());
  ASSERT_EQ(eur.worst.size(), 2U);
  EXPECT_EQ(eur.worst[0], (ChangedCart{"a", 2'632, 1'904}));
  EXPECT_EQ(eur.worst[1], (ChangedCart{"b", 450, 400}));
  EXPECT_EQ(report.rules.at("ten").live, (RuleSums{2, {{"EUR", 250}}}));
  EXPECT_EQ(report.rules.at("ten").draft, RuleSums{});
  EXPECT_EQ(report.rules.at("twenty").draft, (RuleSums{2, {{"EUR", 500}}}));
  EXPECT_EQ(report.rules.at("free").draft, (RuleSums{1, {{"EUR", 490}}}));
}

TEST(Simulation, each_currency_is_counted_by_itself) {
  Shop shop = mug_shop();
  shop.currencies = {"EUR", "USD"};
  RecordedCart dollars = recorded("usd", {{"v1", 1, 1'234}});
  dollars.currency = money_of("USD");
  const auto report = simulated(shop, "[]", {recorded("eur", {{"v1", 1, 1'000}}), dollars});
  EXPECT_EQ(told_sums(report.currencies.at("EUR").draft), "1000 net 1000 discount 0");
  EXPECT_EQ(told_sums(report.currencies.at("USD").live), "1111 net 1111 discount 123");
  EXPECT_EQ(report.currencies.at("USD").best.at(0), (ChangedCart{"usd", 1'111, 1'234}));
}

TEST(Simulation, included_taxes_are_taken_out_of_the_net) {
  Shop shop = mug_shop();
  shop.prices_include_tax = true;
  const auto report = simulated(shop, "[]", {sent_to_germany(recorded("a", {{"v1", 1, 1'190}}))});
  EXPECT_EQ(told_sums(report.currencies.at("EUR").draft), "1680 net 1490 discount 0");
  RecordedCart exempt = sent_to_germany(recorded("b", {{"v1", 1, 1'190}}));
  exempt.tax_exempt = true;
  EXPECT_EQ(simulated(shop, "[]", {exempt}).currencies.at("EUR").draft.net, 1'680);
}

TEST(Simulation, schedules_are_of_the_time_of_the_recording) {
  const char* const yesterday =
      R"([{"id":"past","class":"order","trigger":"automatic","value":{"type":"percent","bps":5000},
           "schedule":{"starts_at":"2026-04-07T00:00:00Z","ends_at":"2026-04-08T00:00:00Z"}}])";
  RecordedCart now = recorded("now", {{"v1", 1, 1'000}});
  RecordedCart then = recorded("then", {{"v1", 1, 1'000}});
  then.at -= std::chrono::hours{24};
  Shop shop = mug_shop();
  shop.rules = "[]";
  const auto report = simulated(shop, yesterday, {now, then});
  EXPECT_EQ(report.rules.at("past").draft.carts, 1);
  EXPECT_EQ(report.currencies.at("EUR").worst.at(0).recording, "then");
  EXPECT_EQ(*report.earliest, then.at);
  EXPECT_EQ(*report.latest, now.at);
}

TEST(Simulation, codes_buyers_and_payment_count_as_recorded) {
  struct Case {
    const char* name;
    const char* rule;
    void (*set)(RecordedCart&);
  };
  const Case cases[] = {
      {"a rule's code", R"("trigger":{"codes":["SAVE"]})", [](RecordedCart& cart) { cart.codes = {"SAVE"}; }},
      {"a code of a pool", R"("trigger":{"pool":true})", [](RecordedCart& cart) { cart.pools = {"one"}; }},
      {"a first order", R"("trigger":"automatic","when":{"attr":"customer.orders_count","op":"eq","value":0})",
       [](RecordedCart& cart) {
         cart.known_buyer = true;
         cart.orders_count = 0;
       }},
      {"a segment", R"("trigger":"automatic","when":{"attr":"customer.segments","op":"any_of","value":["vip"]})",
       [](RecordedCart& cart) {
         cart.known_buyer = true;
         cart.segments = {"vip"};
       }},
      {"a use for each customer", R"("trigger":"automatic","limits":{"per_customer":1})",
       [](RecordedCart& cart) { cart.known_buyer = true; }},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    Shop shop = mug_shop();
    shop.rules = "[]";
    const std::string draft =
        R"([{"id":"one","class":"order","value":{"type":"percent","bps":1000},)" + std::string(row.rule) + "}]";
    RecordedCart with = recorded("with", {{"v1", 1, 1'000}});
    row.set(with);
    EXPECT_EQ(simulated(shop, draft, {with}).currencies.at("EUR").draft.discount, 100);
    const RecordedCart none = recorded("without", {{"v1", 1, 1'000}});
    EXPECT_EQ(simulated(shop, draft, {none}).currencies.at("EUR").draft.discount, 0);
  }
}

TEST(Simulation, what_nobody_knew_then_is_told) {
  Shop shop = mug_shop();
  RecordedCart cart = recorded("a", {{"gone", 2, 700}, {"v2", 1, 500}});
  cart.known_buyer = true;
  const auto report =
      simulated(shop,
                R"([{"id":"first","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
           "when":{"attr":"customer.orders_count","op":"eq","value":0}}])",
                {cart, recorded("b", {{"v1", 1, 1'000}})});
  EXPECT_EQ(report.goods_gone, 1);
  EXPECT_EQ(report.orders_unknown, 1);
  EXPECT_EQ(report.segments_unknown, 0);
  EXPECT_EQ(report.currencies.at("EUR").draft.revenue, 2'900);
}

TEST(Simulation, the_most_changed_carts_are_told_in_order) {
  std::vector<RecordedCart> carts;
  for (std::int64_t i = 0; i < 30; ++i) carts.push_back(recorded("c" + std::to_string(i), {{"v1", 1, 1'000 + 10 * i}}));
  const auto report = simulated(mug_shop(), "[]", carts);
  const auto& best = report.currencies.at("EUR").best;
  ASSERT_EQ(best.size(), Simulation::kChangedCartsMax);
  EXPECT_EQ(best.front().recording, "c29");
  EXPECT_EQ(best.back().recording, "c10");
  EXPECT_EQ(report.currencies.at("EUR").touched, 30);
}

/// One delivery of everything, so that what is recorded says all there is.
Session any_recordable(const Shop& shop) {
  Session session = any_session(shop);
  session.updated_at = ManualClock::kStart;
  std::erase_if(session.lines, [](const Line& line) { return line.item == "ghost"; });
  if (session.deliveries.size() > 1) session.deliveries.resize(1);
  for (Delivery& delivery : session.deliveries) {
    delivery.all_lines = true;
    delivery.lines.clear();
    delivery.selected = "dest_1";
  }
  return session;
}

RC_GTEST_PROP(SimulationProperty, a_recorded_cart_comes_to_what_the_checkout_came_to, ()) {
  const Shop shop = any_shop();
  const auto snapshot = snapshot_of(shop);
  const Session session = any_recordable(shop);
  const auto quote = price(session, *snapshot, LevelsStub{}, ManualClock::kStart);
  RC_PRE(static_cast<bool>(quote));
  const auto cart = recorded_cart(session, quote.value(), *snapshot);
  RC_PRE(cart.has_value());
  Simulation simulation(*snapshot, snapshot->rules);
  RC_ASSERT(simulation.add(*cart));
  const SimulatedCurrency& sums = simulation.report().currencies.at("EUR");
  RC_ASSERT(sums.live.revenue == quote.value().total);
  std::int64_t discount = 0;
  for (const auto& applied : quote.value().discounts.applied) discount += applied.amount;
  RC_ASSERT(sums.live.discount == discount);
}

RC_GTEST_PROP(SimulationProperty, the_same_rules_change_nothing_and_sums_are_those_of_the_carts, ()) {
  const Shop shop = any_shop();
  const auto snapshot = snapshot_of(shop);
  Simulation same(*snapshot, snapshot->rules);
  const auto draft = rules_of(any_rules());
  Simulation other(*snapshot, draft);
  SimulatedSums live;
  SimulatedSums changed;
  std::int64_t given = 0;
  const std::int64_t count = any_between(1, 6);
  for (std::int64_t i = 0; i < count; ++i) {
    const Session session = any_session(shop);
    const auto quote = price(session, *snapshot, LevelsStub{}, ManualClock::kStart);
    if (!quote) continue;
    auto cart = recorded_cart(session, quote.value(), *snapshot);
    if (!cart) continue;
    cart->id = "rec_" + std::to_string(i);
    RC_ASSERT(decode_recorded(encode_recorded(*cart)).lines == cart->lines);
    Simulation alone(*snapshot, draft);
    if (!alone.add(*cart) || !other.add(*cart)) continue;
    RC_ASSERT(same.add(*cart));
    const SimulatedCurrency& part = alone.report().currencies.at("EUR");
    live.revenue += part.live.revenue;
    changed.revenue += part.draft.revenue;
    changed.discount += part.draft.discount;
  }
  RC_PRE(!other.report().currencies.empty());
  const SimulatedCurrency& all = other.report().currencies.at("EUR");
  RC_ASSERT(all.live.revenue == live.revenue);
  RC_ASSERT(all.draft.revenue == changed.revenue);
  RC_ASSERT(all.draft.discount == changed.discount);
  for (const auto& [id, rule] : other.report().rules) {
    if (rule.draft.given.contains("EUR")) given += rule.draft.given.at("EUR");
  }
  RC_ASSERT(given == changed.discount);
  const SimulatedCurrency& unchanged = same.report().currencies.at("EUR");
  RC_ASSERT(unchanged.live == unchanged.draft);
  RC_ASSERT(unchanged.touched == 0);
  RC_ASSERT(unchanged.best.empty() && unchanged.worst.empty());
  for (const auto& [id, rule] : same.report().rules) RC_ASSERT(rule.live == rule.draft);
}

}  // namespace
}  // namespace kassa::checkout
