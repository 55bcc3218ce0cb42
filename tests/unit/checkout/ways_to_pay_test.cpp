// Discounts for a way of paying are given for what the chosen handler takes, not for what a caller calls it.

#include "services/checkout/ways_to_pay.hpp"

#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

payments::GatewayConfig handler_listing(const char* handler, std::string_view published) {
  payments::GatewayConfig gateway;
  gateway.id = GatewayId{handler};
  gateway.handler_id = handler;
  gateway.published = parse_json(published).value().as_object();
  return gateway;
}

Instrument paying_by(std::string handler, std::string type, bool selected = true) {
  Instrument instrument;
  instrument.id = "i";
  instrument.handler_id = std::move(handler);
  instrument.type = std::move(type);
  instrument.selected = selected;
  return instrument;
}

TEST(WaysToPay, AHandlerTakesWhatItListsAndAnythingWhenItListsNothing) {
  const struct {
    const char* published;
    bool card;
    bool bank;
  } cases[] = {
      {R"({"available_instruments":[{"type":"card"}]})", true, false},
      {R"({"available_instruments":[{"type":"card","constraints":{}},{"type":"bank"}]})", true, true},
      {R"({"available_instruments":[{"type":"Card"},{"type":7},{},"card",null]})", false, false},
      {R"({"available_instruments":[]})", true, true},
      {R"({"available_instruments":"card"})", true, true},
      {"{}", true, true},
  };
  for (const auto& row : cases) {
    const auto gateway = handler_listing("h", row.published);
    EXPECT_EQ(takes(gateway, "card"), row.card) << row.published;
    EXPECT_EQ(takes(gateway, "bank"), row.bank) << row.published;
  }
}

TEST(WaysToPay, ADiscountIsGivenForTheTypeThatTheChosenHandlerTakes) {
  Shop shop;
  shop.variants = {variant("card", 1000)};
  shop.variants[0].requires_shipping = false;
  shop.rules = R"([{"id":"by_bank","class":"payment","trigger":"automatic","value":{"type":"percent","bps":2000},
    "when":{"attr":"payment.method","op":"eq","value":"bank"}}])";
  const auto snapshot = snapshot_of(shop);
  snapshot->gateways = {handler_listing("cards", R"({"available_instruments":[{"type":"card"}]})"),
                        handler_listing("banks", R"({"available_instruments":[{"type":"bank"}]})"),
                        handler_listing("any", "{}")};
  const struct {
    const char* name;
    std::vector<Instrument> instruments;
    std::int64_t total;
  } cases[] = {
      {"nothing is chosen", {}, 1000},
      {"the bank, by its handler", {paying_by("banks", "bank")}, 800},
      {"the bank, by a handler that lists nothing", {paying_by("any", "bank")}, 800},
      {"the bank, named to the handler of cards", {paying_by("cards", "bank")}, 1000},
      {"the bank, by a handler that is not offered", {paying_by("gold", "bank")}, 1000},
      {"the bank, without a handler", {paying_by("", "bank")}, 1000},
      {"the bank, not selected", {paying_by("banks", "bank", false), paying_by("cards", "card")}, 1000},
      {"a card", {paying_by("cards", "card")}, 1000},
  };
  for (const auto& row : cases) {
    Session session = session_of({line("a", "card", 1)});
    session.instruments = row.instruments;
    EXPECT_EQ(price(session, *snapshot, LevelsStub{}, ManualClock::kStart).value().total, row.total) << row.name;
  }
}

TEST(WaysToPay, AreBeforeTheGoodsAreSentOnceOneIsChosen) {
  Shop shop;
  shop.variants = {variant("card", 1000)};
  shop.variants[0].requires_shipping = false;
  shop.rules = R"([{"id":"prepaid","class":"payment","trigger":"automatic","value":{"type":"percent","bps":500},
    "when":{"attr":"payment.prepaid","op":"eq","value":true}}])";
  const auto snapshot = snapshot_of(shop);
  snapshot->gateways = {handler_listing("cards", R"({"available_instruments":[{"type":"card"}]})")};
  Session session = session_of({line("l1", "card", 1)});
  const auto total = [&] { return price(session, *snapshot, LevelsStub{}, ManualClock::kStart).value().total; };
  EXPECT_EQ(is_prepaid(session, *snapshot), std::nullopt);
  EXPECT_EQ(total(), 1000);
  session.instruments = {paying_by("cards", "bank")};
  EXPECT_EQ(is_prepaid(session, *snapshot), std::nullopt) << "the handler takes no such thing";
  session.instruments = {paying_by("cards", "card")};
  EXPECT_EQ(is_prepaid(session, *snapshot), true);
  EXPECT_EQ(total(), 950);
}

}  // namespace
}  // namespace kassa::checkout
