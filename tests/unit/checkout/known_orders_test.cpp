// Rules on customer.orders_count: what a session knows of its buyer's orders, and for which e-mail that counts.

#include "services/checkout/known_orders.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

/// 20 % of a first order, 10 % of one that is not known to be the second.
Shop welcoming() {
  Shop shop;
  shop.variants = {variant("voucher", 2000)};
  shop.variants.front().requires_shipping = false;
  shop.rules = R"([{"id":"first","class":"order","trigger":{"codes":["FIRST"]},"value":{"type":"percent","bps":2000},
      "when":{"attr":"customer.orders_count","op":"eq","value":0}},
    {"id":"not_second","class":"order","trigger":{"codes":["OTHER"]},"value":{"type":"percent","bps":1000},
      "when":{"not":{"attr":"customer.orders_count","op":"eq","value":1}}}])";
  return shop;
}

TEST(KnownOrders, AreCountedForTheEMailThatTheyNameAndForNoOther) {
  struct Case {
    const char* name;
    std::string code;
    std::string email;
    std::optional<KnownOrders> known;
    std::int64_t total;
  };
  const Case cases[] = {
      {"none yet", "FIRST", "jane@shop.example", KnownOrders{"jane@shop.example", 0}, 1600},
      {"one", "FIRST", "jane@shop.example", KnownOrders{"jane@shop.example", 1}, 2000},
      {"somebody else's", "FIRST", "john@shop.example", KnownOrders{"jane@shop.example", 0}, 2000},
      {"not counted", "FIRST", "jane@shop.example", std::nullopt, 2000},
      {"nobody", "FIRST", "", KnownOrders{"", 0}, 2000},
      {"a negation of what is known", "OTHER", "jane@shop.example", KnownOrders{"jane@shop.example", 0}, 1800},
      {"a negation that fails", "OTHER", "jane@shop.example", KnownOrders{"jane@shop.example", 1}, 2000},
      {"a negation of what is not known", "OTHER", "jane@shop.example", std::nullopt, 2000},
  };
  for (const Case& c : cases) {
    Session session = session_of({line("l1", "voucher", 1)});
    session.codes = {c.code};
    session.buyer.email = c.email;
    session.known_orders = c.known;
    EXPECT_EQ(price_now(session, welcoming()).total, c.total) << c.name;
  }
}

TEST(KnownOrders, SegmentsAreOfTheEMailAndOnlyWhereSomebodyHasLooked) {
  Shop shop = welcoming();
  shop.rules = R"([{"id":"vip","class":"order","trigger":{"codes":["VIP"]},"value":{"type":"percent","bps":2000},
      "when":{"attr":"customer.segments","op":"any_of","value":["vip"]}},
    {"id":"other","class":"order","trigger":{"codes":["OTHER"]},"value":{"type":"percent","bps":1000},
      "when":{"attr":"customer.segments","op":"none_of","value":["vip"]}}])";
  using Segments = std::vector<std::string>;
  struct Case {
    const char* name;
    std::string code;
    std::string email;
    std::optional<Segments> segments;
    std::int64_t total;
  };
  const Case cases[] = {
      {"one of them", "VIP", "jane@shop.example", Segments{"staff", "vip"}, 1600},
      {"another one", "VIP", "jane@shop.example", Segments{"staff"}, 2000},
      {"somebody else", "VIP", "john@shop.example", Segments{"vip"}, 2000},
      {"nobody", "VIP", "", Segments{"vip"}, 2000},
      {"not looked up", "VIP", "jane@shop.example", std::nullopt, 2000},
      {"a negation of what is known", "OTHER", "jane@shop.example", Segments{"staff"}, 1800},
      {"a negation of what is not known", "OTHER", "jane@shop.example", std::nullopt, 2000},
  };
  for (const Case& c : cases) {
    Session session = session_of({line("l1", "voucher", 1)});
    session.codes = {c.code};
    session.buyer.email = c.email;
    session.known_orders = KnownOrders{"jane@shop.example", -1, c.segments};
    EXPECT_EQ(price_now(session, shop).total, c.total) << c.name;
  }
}

TEST(KnownOrders, WhatWasNotAskedForIsAskedForWhenARuleWantsIt) {
  const auto counting = snapshot_of(welcoming());
  Shop shop = welcoming();
  shop.rules = R"([{"id":"vip","class":"order","trigger":"automatic","value":{"type":"percent","bps":2000},
      "when":{"attr":"customer.segments","op":"exists","value":true}}])";
  const auto asking = snapshot_of(shop);
  Session session = session_of({});
  session.buyer.email = "jane@shop.example";
  EXPECT_TRUE(lacks_orders(*asking, session, session.buyer.email));
  EXPECT_FALSE(lacks_orders(*asking, session, "nobody")) << "that is no e-mail";
  session.known_orders = KnownOrders{"jane@shop.example", 3};
  EXPECT_TRUE(lacks_orders(*asking, session, session.buyer.email));
  EXPECT_FALSE(lacks_orders(*counting, session, session.buyer.email));
  session.known_orders = KnownOrders{"jane@shop.example", -1, std::vector<std::string>{}};
  EXPECT_FALSE(lacks_orders(*asking, session, session.buyer.email));
  EXPECT_TRUE(lacks_orders(*counting, session, session.buyer.email));
  EXPECT_TRUE(lacks_orders(*asking, session, "john@shop.example"));
}

TEST(KnownOrders, AreWantedWhenSomeRuleAsks) {
  EXPECT_TRUE(discounts::counts_orders(*snapshot_of(welcoming())->rules));
  Shop other = welcoming();
  other.rules = R"([{"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])";
  EXPECT_FALSE(discounts::counts_orders(*snapshot_of(other)->rules));
}

TEST(KnownOrders, StayWithTheSession) {
  Session session = session_of({});
  session.known_orders = KnownOrders{"jane@shop.example", 0};
  EXPECT_EQ(decode_session(parse_json(written(session)).value()).known_orders, session.known_orders);
  session.known_orders->segments = std::vector<std::string>{"vip"};
  EXPECT_EQ(decode_session(parse_json(written(session)).value()).known_orders, session.known_orders);
  session.known_orders.reset();
  EXPECT_EQ(decode_session(parse_json(written(session)).value()).known_orders, std::nullopt);
}

}  // namespace
}  // namespace kassa::checkout
