// Gifts: lines that rules put into a quote and take out again, with stock, delivery and limits of their own.

#include "services/checkout/gifts.hpp"
#include "services/checkout/freeze.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

ports::VariantView in_stock(ports::VariantView variant) {
  variant.tracked = true;
  return variant;
}

/// A mug for whoever buys for 20.00, two cards by code, and free shipping in a class that is decided later.
Shop giving(const std::string& value = R"("type":"gift","sku":"SKU-mug")") {
  Shop shop;
  auto card = variant("card", 500);
  card.requires_shipping = false;
  shop.variants = {in_stock(variant("shirt", 2000)), in_stock(variant("mug", 900)), card};
  shop.rules = R"([{"id":"over 20","title":"A mug on top","class":"product","trigger":"automatic","limits":{"global":9},
      "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":2000}},"value":{)" +
               value + R"(}},
    {"id":"cards","title":"Two cards","class":"product","trigger":{"codes":["CARDS"]},
      "value":{"type":"gift","sku":"card","quantity":2}},
    {"id":"ship","class":"shipping","trigger":"automatic","value":{"type":"percent","bps":10000}}])";
  shop.zones = R"({"zones":[{"id":"de","countries":["DE"],"rates":[
    {"id":"std","title":"Standard","by":"flat","amounts":{"EUR":490}}]}]})";
  shop.taxes = {tax("DE", 1900)};
  return shop;
}

Session cart(std::vector<Line> lines, std::vector<std::string> codes = {}) {
  Session session = session_of(std::move(lines));
  session.codes = std::move(codes);
  deliver(session, address("DE"), "std");
  return session;
}

/// "l1 shirt 1 x 2000; gift:over 20 mug 1 x 0"
std::string lines_of(const Quote& quote) {
  std::string out;
  for (const QuoteLine& line : quote.lines) {
    out += (out.empty() ? "" : "; ") + line.id.value + " " + line.item + " " + std::to_string(line.quantity) + " x " +
           std::to_string(line.unit_price);
  }
  return out;
}

const LevelsStub kPlenty({{"shirt", 50}, {"mug", 3}});

TEST(Gifts, AreLinesAtNoPriceForAsLongAsTheirRuleApplies) {
  const Quote given = price_now(cart({line("l1", "shirt", 1)}), giving(), kPlenty);
  EXPECT_EQ(lines_of(given), "l1 shirt 1 x 2000; gift:over 20 mug 1 x 0");
  EXPECT_EQ(totals_of(given), "subtotal 2000, discount -490, fulfillment 490, tax 380 = 2380");
  EXPECT_TRUE(given.ready) << messages_of(given.messages);
  EXPECT_TRUE(given.lines.back().gift);
  EXPECT_EQ(given.deliveries.at(0).lines, (std::vector<LineId>{LineId{"l1"}, LineId{"gift:over 20"}}));
  const Quote not_given = price_now(cart({line("l1", "mug", 2)}), giving(), kPlenty);
  EXPECT_EQ(lines_of(not_given), "l1 mug 2 x 900");
  EXPECT_NE(given.hash, price_now(cart({line("l1", "shirt", 1)}), giving(), LevelsStub({{"shirt", 50}})).hash);
}

TEST(Gifts, AreGivenWholeOrNotAtAll) {
  const struct {
    const char* name;
    std::int64_t mugs;
    std::int64_t mugs_bought;
    const char* value;
    const char* messages;
    bool given;
  } cases[] = {
      {"there", 3, 0, R"("type":"gift","sku":"mug","quantity":3)", "", true},
      {"one too few", 2, 0, R"("type":"gift","sku":"mug","quantity":3)", "", false},
      {"one too few, and the shopper is told", 2, 0,
       R"("type":"gift","sku":"mug","quantity":3,"if_out_of_stock":"warn")", "gift_unavailable $.line_items", false},
      {"what is bought is not given", 3, 1, R"("type":"gift","sku":"mug","quantity":3)", "", false},
      {"no such goods", 3, 0, R"("type":"gift","sku":"cup","if_out_of_stock":"warn")", "gift_unavailable $.line_items",
       false},
  };
  for (const auto& c : cases) {
    std::vector<Line> lines{line("l1", "shirt", 1)};
    if (c.mugs_bought > 0) lines.push_back(line("l2", "mug", c.mugs_bought));
    const Quote quote = price_now(cart(lines), giving(c.value), LevelsStub({{"shirt", 50}, {"mug", c.mugs}}));
    EXPECT_EQ(quote.lines.size(), lines.size() + (c.given ? 1U : 0U)) << c.name;
    EXPECT_EQ(quote.discounts.gifts.size(), c.given ? 1U : 0U) << c.name << ": uses no limit";
    EXPECT_EQ(messages_of(quote.messages), c.messages) << c.name;
    EXPECT_TRUE(quote.ready) << c.name;
  }
}

TEST(Gifts, ByCodeAreToldWhenTheyAreNotThere) {
  Shop shop = giving();
  shop.variants.back().tracked = true;
  const Quote quote = price_now(cart({line("l1", "mug", 1)}, {"cards"}), shop, kPlenty);
  EXPECT_EQ(messages_of(quote.messages), "gift_unavailable $.line_items");
}

TEST(Gifts, AskForADeliveryWhenTheyAreToBeSent) {
  Shop shop = giving();
  shop.variants.back().prices.front().amount = 2500;
  Session digital = session_of({line("l1", "card", 1)});
  const Quote nowhere = price_now(digital, shop, kPlenty);
  EXPECT_EQ(messages_of(nowhere.messages), "field_required $.fulfillment.methods");
  deliver(digital, address("DE"), "std");
  const Quote sent = price_now(digital, shop, kPlenty);
  EXPECT_TRUE(sent.ready) << messages_of(sent.messages);
  EXPECT_EQ(sent.deliveries.at(0).lines, (std::vector<LineId>{LineId{"gift:over 20"}}));
}

TEST(Gifts, GoWithTheFirstDeliveryThatTakesWhatIsLeft) {
  Session session = cart({line("l1", "shirt", 1), line("l2", "shirt", 1)});
  session.deliveries.front().all_lines = false;
  session.deliveries.front().lines = {LineId{"l1"}};
  deliver(session, address("DE"), "std");
  const Quote quote = price_now(session, giving(), kPlenty);
  EXPECT_TRUE(quote.ready) << messages_of(quote.messages);
  EXPECT_EQ(quote.deliveries.at(0).lines.size(), 1U);
  EXPECT_EQ(quote.deliveries.at(1).lines.size(), 2U);
}

TEST(Gifts, CountForNoOtherRule) {
  Shop shop = giving();
  shop.rules = R"([{"id":"g","class":"product","trigger":"automatic","value":{"type":"gift","sku":"mug"}},
    {"id":"two","class":"order","trigger":"automatic","when":{"attr":"cart.quantity","op":"gte","value":2},
     "value":{"type":"percent","bps":1000}}])";
  EXPECT_EQ(price_now(cart({line("l1", "shirt", 1)}), shop, kPlenty).discounts.applied.size(), 0U);
}

TEST(Gifts, ThatACallerSendsBackArePassedOver) {
  Session session = cart({line("l1", "shirt", 1)});
  Patch patch;
  LinePatch own;
  own.id = "l1";
  own.quantity = 2;
  LinePatch gift;
  gift.id = "gift:over 20";
  gift.item = "mug";
  gift.quantity = 7;
  patch.lines.set({own, gift});
  DeliveryPatch delivery;
  delivery.lines.set({"l1", "gift:over 20"});
  patch.deliveries.set({delivery});
  ASSERT_TRUE(apply(patch, {}, session));
  EXPECT_EQ(lines_of(price_now(session, giving(), kPlenty)), "l1 shirt 2 x 2000; gift:over 20 mug 1 x 0");
  EXPECT_EQ(messages_of(session.notices), "");
}

TEST(Gifts, AreFrozenWithTheOrder) {
  const Session session = cart({line("l1", "shirt", 1)}, {"CARDS"});
  const auto snapshot = snapshot_of(giving());
  const Quote quote = price(session, *snapshot, kPlenty, ManualClock::kStart).value();
  const Quote thawed = quote_from_json(parse_json(written(quote)).value().as_object());
  EXPECT_EQ(lines_of(thawed), "l1 shirt 1 x 2000; gift:over 20 mug 1 x 0; gift:cards card 2 x 0");
  EXPECT_EQ(quote_hash(thawed), quote.hash);
  const ports::OrderRecord order = make_order(session, thawed, *snapshot);
  ASSERT_EQ(order.lines.size(), 3U);
  EXPECT_EQ(order.lines.back().quantity, 2);
  ASSERT_EQ(order.discounts.size(), 3U);
  EXPECT_EQ(order.discounts.back().title, "Two cards");
  EXPECT_EQ(order.discounts.back().code, "CARDS");
  EXPECT_EQ(order.discounts.back().amount, 0);
}

}  // namespace
}  // namespace kassa::checkout
