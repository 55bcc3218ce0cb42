// What a quote says besides numbers, and what makes it ready.

#include "services/base/limits.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

constexpr const char* kMessageZones = R"({"zones":[
  {"id":"de","countries":["DE"],"rates":[{"id":"std","title":"Standard","by":"flat","amounts":{"EUR":490}}]},
  {"id":"no","countries":["AQ"],"no_service":true}]})";

ports::VariantView unpublished(ports::VariantView variant) {
  auto product = std::make_shared<ports::ProductView>(*variant.product);
  product->published = false;
  variant.product = product;
  return variant;
}
ports::VariantView counted(ports::VariantView variant, bool backorder = false) {
  variant.tracked = true;
  variant.backorder = backorder;
  variant.requires_shipping = false;
  return variant;
}
ports::VariantView digital(ports::VariantView variant) {
  variant.requires_shipping = false;
  return variant;
}

Shop message_shop() {
  Shop out;
  out.variants = {
      digital(variant("card", 1000)),      variant("mug", 1250),           unpublished(digital(variant("old", 100))),
      digital(variant("usd", 900, "USD")), counted(variant("rare", 5000)), counted(variant("soon", 5000), true)};
  out.zones = kMessageZones;
  return out;
}

struct StockCase {
  const char* name;
  std::vector<Line> lines;
  const char* messages;
  bool ready;
};

TEST(PricingMessages, GoodsThatCannotBeSold) {
  const LevelsStub stock({{"rare", 10}, {"soon", 0}});
  const StockCase cases[] = {
      {"an empty cart", {}, "field_required $.line_items", false},
      {"a good one", {line("a", "card", 1)}, "", true},
      {"by the product's id", {line("a", "p_card", 1)}, "", true},
      {"by the SKU", {line("a", "SKU-card", 1)}, "", true},
      {"unknown", {line("a", "card", 1), line("b", "ghost", 1)}, "item_unavailable $.line_items[1]", false},
      {"unpublished", {line("a", "old", 1)}, "item_unavailable $.line_items[0]", false},
      {"no price in this currency", {line("a", "usd", 1)}, "item_unavailable $.line_items[0]", false},
      {"exactly what is there", {line("a", "rare", 10)}, "", true},
      {"one more", {line("a", "rare", 11)}, "out_of_stock $.line_items[0]", false},
      {"two lines of one variant add up",
       {line("a", "rare", 6), line("b", "rare", 5)},
       "out_of_stock $.line_items[1]",
       false},
      {"under different names too",
       {line("a", "rare", 6), line("b", "SKU-rare", 5)},
       "out_of_stock $.line_items[1]",
       false},
      {"and fit when they fit", {line("a", "rare", 6), line("b", "rare", 4)}, "", true},
      {"on back order there is no end", {line("a", "soon", 1000)}, "", true},
      {"a huge quantity", {line("a", "rare", limits::kQuantityMax)}, "out_of_stock $.line_items[0]", false},
  };
  for (const StockCase& row : cases) {
    const Quote quote = price_now(session_of(row.lines), message_shop(), stock);
    EXPECT_EQ(messages_of(quote.messages), row.messages) << row.name;
    EXPECT_EQ(quote.ready, row.ready) << row.name;
  }
}

TEST(PricingMessages, AnUnavailableLineCostsNothingAndKeepsItsPlace) {
  const Quote quote = price_now(session_of({line("a", "ghost", 3), line("b", "card", 1)}), message_shop());
  ASSERT_EQ(quote.lines.size(), 2U);
  EXPECT_EQ(quote.lines[0].item, "ghost");
  EXPECT_EQ(quote.lines[0].subtotal, 0);
  EXPECT_EQ(quote.total, 1000);
}

TEST(PricingMessages, Delivery) {
  const auto messages = [](const std::function<void(Session&)>& prepare) {
    Session session = session_of({line("a", "mug", 1), line("b", "mug", 1), line("c", "card", 1)});
    prepare(session);
    const Quote quote = price_now(session, message_shop());
    EXPECT_EQ(quote.ready, quote.messages.empty());
    return messages_of(quote.messages);
  };
  const std::string method = "$.fulfillment.methods[0]";
  EXPECT_EQ(messages([](Session&) {}), "field_required $.fulfillment.methods");
  EXPECT_EQ(messages([](Session& s) { deliver(s, address("DE"), "std"); }), "");
  EXPECT_EQ(messages([](Session& s) { deliver(s, address("DE"), ""); }),
            "field_required " + method + ".groups[0].selected_option_id");
  EXPECT_EQ(messages([](Session& s) { deliver(s, address("DE"), "gone"); }),
            "field_required " + method + ".groups[0].selected_option_id");
  EXPECT_EQ(messages([](Session& s) { deliver(s, address("FR"), "std"); }),
            "address_undeliverable " + method + ".selected_destination_id");
  EXPECT_EQ(messages([](Session& s) { deliver(s, address("AQ"), "std"); }),
            "address_undeliverable " + method + ".selected_destination_id");
  EXPECT_EQ(messages([](Session& s) {
              deliver(s, address("DE"), "std");
              s.deliveries[0].selected.clear();
            }),
            "field_required " + method + ".selected_destination_id");
  EXPECT_EQ(messages([](Session& s) {
              deliver(s, address("DE"), "std");
              s.deliveries[0].all_lines = false;
              s.deliveries[0].lines = {LineId{"a"}};
            }),
            "delivery_missing $.line_items[1]");
  EXPECT_EQ(messages([](Session& s) {
              deliver(s, address("DE"), "std");
              deliver(s, address("DE"), "std");
            }),
            "delivery_ambiguous $.line_items[0]; delivery_ambiguous $.line_items[1]");
  EXPECT_EQ(messages([](Session& s) {
              deliver(s, address("DE"), "std");
              deliver(s, address("DE"), "std");
              s.deliveries[1].all_lines = false;
              s.deliveries[1].lines = {LineId{"b"}};
            }),
            "")
      << "a delivery of all lines takes those that no other one names";
}

TEST(PricingMessages, CodesThatGiveNothingAreWarningsAndDoNotBlock) {
  Shop coded = message_shop();
  coded.rules = R"([{"id":"big","class":"order","trigger":{"codes":["BIG"]},
    "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":100000}},"value":{"type":"percent","bps":1000}}])";
  Session session = session_of({line("a", "card", 1)});
  session.codes = {"nonsense", "BIG"};
  const Quote quote = price_now(session, coded);
  EXPECT_EQ(messages_of(quote.messages),
            "discount_code_invalid $.discounts.codes[0]; discount_code_minimum_not_met $.discounts.codes[1]");
  EXPECT_TRUE(quote.ready);
}

TEST(PricingMessages, ACodeIsRejectedOnceThoughDiscountsAreWeighedTwice) {
  Session session = session_of({line("a", "mug", 1)});
  deliver(session, address("DE"), "std");
  session.codes = {"nonsense"};
  EXPECT_EQ(messages_of(price_now(session, message_shop()).messages), "discount_code_invalid $.discounts.codes[0]");
}

TEST(PricingMessages, TheQuoteKnowsWhenTimeWillChangeIt) {
  Shop timed = message_shop();
  timed.rules = R"([{"id":"soon","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000},
    "schedule":{"starts_at":"2026-04-08T13:00:00Z","ends_at":"2026-04-08T14:00:00Z"}}])";
  const auto snapshot = snapshot_of(timed);
  const Session session = session_of({line("a", "card", 1)});
  const auto at_hour = [&](int hours) {
    return price(session, *snapshot, LevelsStub{}, ManualClock::kStart + std::chrono::hours{hours}).value();
  };
  EXPECT_EQ(at_hour(0).total, 1000);
  EXPECT_EQ(at_hour(0).changes_at, ManualClock::kStart + std::chrono::hours{1});
  EXPECT_EQ(at_hour(1).total, 900);
  EXPECT_EQ(at_hour(1).changes_at, ManualClock::kStart + std::chrono::hours{2});
  EXPECT_EQ(at_hour(2).total, 1000);
  EXPECT_FALSE(at_hour(2).changes_at.has_value());
}

TEST(PricingMessages, SumsBeyond64BitsAreAnErrorNotABug) {
  Shop dear;
  dear.variants = {digital(variant("gold", limits::kUnitPriceMinorMax))};
  std::vector<Line> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(line("l" + std::to_string(i), "gold", limits::kQuantityMax));
  const auto snapshot = snapshot_of(dear);
  const auto priced = price(session_of(lines), *snapshot, LevelsStub{}, ManualClock::kStart);
  ASSERT_FALSE(priced);
  EXPECT_EQ(priced.error().code, Errc::kMoneyOverflow);
}

TEST(PricingMessages, ATotalThatJsonReadersWouldRoundIsAnError) {
  Shop dear;
  dear.variants = {digital(variant("gold", limits::kUnitPriceMinorMax)), digital(variant("penny", 1))};
  const auto snapshot = snapshot_of(dear);
  // 2^53 - 1 = 9007 x 10^12 + 199254740991.
  std::vector<Line> lines{line("a", "gold", 9'007)};
  for (int i = 0; i < 2; ++i) lines.push_back(line("p" + std::to_string(i), "penny", limits::kQuantityMax));
  EXPECT_EQ(price(session_of(lines), *snapshot, LevelsStub{}, ManualClock::kStart).value().total,
            9'007 * limits::kUnitPriceMinorMax + 2 * limits::kQuantityMax);
  lines[0].quantity = 9'008;
  const auto priced = price(session_of(lines), *snapshot, LevelsStub{}, ManualClock::kStart);
  ASSERT_FALSE(priced);
  EXPECT_EQ(priced.error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(priced.error().path, "$.line_items");
  EXPECT_NE(priced.error().detail.find("9007199254740991"), std::string::npos) << priced.error().detail;
}

}  // namespace
}  // namespace kassa::checkout
