// Notes, gift messages, purchase-order numbers and properties of lines: taken within bounds, part of what is accepted
// where they change what is sold, and on the order as they were said.

#include "services/base/limits.hpp"
#include "services/checkout/freeze.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

Shop engraving_shop() {
  Shop shop;
  shop.variants = {variant("ring", 5000), variant("card", 1000)};
  for (auto& one : shop.variants) one.requires_shipping = false;
  return shop;
}

LinePatch engraved(std::string id, std::vector<LineProperty> properties) {
  LinePatch out;
  out.id = std::move(id);
  out.item = "ring";
  out.properties.set(std::move(properties));
  return out;
}

Result<Session> patched(Session session, const Patch& patch) {
  KASSA_TRY(apply(patch, {}, session));
  return session;
}

std::string fault_path(const Patch& patch) {
  const auto done = patched(session_of({}), patch);
  return done ? "" : done.error().path;
}

Session detailed() {
  Patch patch;
  patch.lines.set({engraved("a", {{"engraving", "For Ada"}, {"font", "serif"}})});
  patch.note.set("ring twice");
  patch.gift_message.set("Happy birthday");
  patch.purchase_order.set("PO-4711");
  patch.age_confirmed.set(true);
  return patched(session_of({}), patch).value();
}

TEST(OrderDetail, StaysUntilItIsReplacedOrCleared) {
  Session session = detailed();
  EXPECT_EQ(detail_of(session).note, "ring twice");
  EXPECT_TRUE(detail_of(session).age_confirmed);
  Patch other;
  other.note.set("only once");
  other.gift_message.clear();
  session = patched(session, other).value();
  EXPECT_EQ(detail_of(session).note, "only once");
  EXPECT_EQ(detail_of(session).gift_message, "");
  EXPECT_EQ(detail_of(session).purchase_order, "PO-4711");
  Patch lines;
  LinePatch same;
  same.id = "a";
  same.quantity = 2;
  lines.lines.set({same});
  session = patched(session, lines).value();
  EXPECT_EQ(session.lines[0].properties.size(), 2U) << "an absent member stays";
  Patch nothing;
  nothing.note.clear();
  nothing.purchase_order.clear();
  nothing.age_confirmed.clear();
  EXPECT_EQ(patched(session, nothing).value().detail, nullptr);
}

TEST(OrderDetail, HasBounds) {
  struct Case {
    const char* name;
    std::function<void(Patch&)> set;
    const char* path;
  };
  const auto long_text = [](std::size_t size) { return std::string(size, 'x'); };
  const Case cases[] = {
      {"a note of the greatest size", [&](Patch& p) { p.note.set(long_text(limits::kNoteBytesMax)); }, ""},
      {"a longer note", [&](Patch& p) { p.note.set(long_text(limits::kNoteBytesMax + 1)); }, "$.note"},
      {"a long gift message", [&](Patch& p) { p.gift_message.set(long_text(limits::kNoteBytesMax + 1)); },
       "$.gift_message"},
      {"a long number", [&](Patch& p) { p.purchase_order.set(long_text(limits::kIdBytesMax + 1)); },
       "$.purchase_order"},
      {"a property without a name", [&](Patch& p) { p.lines.set({engraved("a", {{"", "x"}})}); },
       "$.line_items[0].properties[0].name"},
      {"two of one name", [&](Patch& p) { p.lines.set({engraved("a", {{"n", "x"}, {"n", "y"}})}); },
       "$.line_items[0].properties[1].name"},
      {"a long value", [&](Patch& p) { p.lines.set({engraved("a", {{"n", long_text(limits::kTextBytesMax + 1)}})}); },
       "$.line_items[0].properties[0].value"},
      {"too many",
       [&](Patch& p) {
         std::vector<LineProperty> many;
         for (std::size_t i = 0; i <= limits::kLinePropertiesMax; ++i) many.push_back({"n" + std::to_string(i), ""});
         p.lines.set({engraved("a", std::move(many))});
       },
       "$.line_items[0].properties"},
      {"too much in all lines",
       [&](Patch& p) {
         std::vector<LinePatch> lines;
         for (int i = 0; i < 33; ++i) {
           lines.push_back(engraved("l" + std::to_string(i), {{"n", long_text(limits::kTextBytesMax)}}));
         }
         p.lines.set(std::move(lines));
       },
       "$.line_items"},
  };
  for (const Case& row : cases) {
    Patch patch;
    row.set(patch);
    EXPECT_EQ(fault_path(patch), row.path) << row.name;
  }
}

TEST(OrderDetail, PropertiesAreAcceptedWithTheQuoteAndNotesAreNot) {
  const Shop shop = engraving_shop();
  Session session = session_of({line("a", "ring", 1)});
  const std::string plain = price_now(session, shop).hash;
  Session told = detailed();
  const std::string engraving = price_now(told, shop).hash;
  EXPECT_NE(engraving, plain);
  told.lines[0].properties = SharedList<LineProperty>({{"engraving", "For Bob"}, {"font", "serif"}});
  EXPECT_NE(price_now(told, shop).hash, engraving);
  told.lines[0].properties = SharedList<LineProperty>({{"font", "serif"}, {"engraving", "For Ada"}});
  EXPECT_NE(price_now(told, shop).hash, engraving) << "in another order";
  session.detail = told.detail;
  EXPECT_EQ(price_now(session, shop).hash, plain);
}

TEST(OrderDetail, SurvivesStorage) {
  Session session = detailed();
  session.vouched = true;
  session.limited_items = {{"ring", 3}};
  session.known_orders = KnownOrders{"jane@shop.example", 1};
  session.known_orders->tax_exemption = {"resale", "C-17"};
  const Session back = decode_session(parse_json(written(session)).value());
  EXPECT_EQ(written(back), written(session));
  EXPECT_EQ(detail_of(back), detail_of(session));
  EXPECT_EQ(back.limited_items, session.limited_items);
  EXPECT_EQ(back.known_orders, session.known_orders);
  EXPECT_TRUE(back.vouched);
  ASSERT_EQ(back.lines[0].properties.size(), 2U);
  EXPECT_EQ(back.lines[0].properties[0], (LineProperty{"engraving", "For Ada"}));
  const Quote quote = price_now(session, engraving_shop());
  const Quote thawed = quote_from_json(parse_json(written(quote)).value().as_object());
  EXPECT_EQ(written(thawed), written(quote));
  EXPECT_EQ(quote_hash(thawed), quote.hash);
  EXPECT_GT(session.bytes(), session_of({line("a", "ring", 1)}).bytes());
}

TEST(OrderDetail, IsFrozenOnTheOrder) {
  Session session = detailed();
  session.order = OrderId{"ord_1"};
  session.vouched = true;
  session.buyer.email = "jane@shop.example";
  session.known_orders = KnownOrders{"jane@shop.example", 0};
  session.known_orders->tax_exemption = {"resale", "C-17"};
  Shop shop = engraving_shop();
  auto specials = std::make_shared<ports::VariantSpecials>();
  ports::ListPrice price;
  price.currency = money_of("EUR");
  price.amount = 4500;
  price.compare_at = 5000;
  price.list = "summer";
  specials->prices.push_back(price);
  specials->terms.minimum_age = 16;
  specials->terms.preorder_until = ManualClock::kStart + std::chrono::hours{24};
  shop.variants[0].specials = specials;
  const auto snapshot = snapshot_of(shop);
  snapshot->settings.tax_exempt_shoppers = true;
  const Quote quote = checkout::price(session, *snapshot, LevelsStub{}, ManualClock::kStart).value();
  EXPECT_TRUE(quote.ready) << messages_of(quote.messages);
  const ports::OrderRecord order = ports::decode_order(ports::encode(make_order(session, quote, *snapshot)));
  EXPECT_EQ(order.note, "ring twice");
  EXPECT_EQ(order.gift_message, "Happy birthday");
  EXPECT_EQ(order.purchase_order, "PO-4711");
  EXPECT_EQ(order.confirmed_age, 16);
  EXPECT_EQ(order.tax_exempt_reason, "resale");
  EXPECT_EQ(order.tax_exempt_id, "C-17");
  const ports::OrderLine& ring = order.lines.at(0);
  EXPECT_EQ(ring.unit_price, 4500);
  EXPECT_EQ(ring.price_list, "summer");
  EXPECT_EQ(ring.compare_at, 5000);
  EXPECT_EQ(ring.preorder_until, specials->terms.preorder_until);
  ASSERT_EQ(ring.properties.size(), 2U);
  EXPECT_EQ(ring.properties[0].name, "engraving");
  EXPECT_EQ(ring.properties[0].value, "For Ada");
  const auto plain = ports::encode(make_order(session_of({line("a", "card", 1)}), quote, *snapshot));
  EXPECT_EQ(plain.find("\"note\""), std::string::npos) << "an order without them is what it always was";
}

}  // namespace
}  // namespace kassa::checkout
