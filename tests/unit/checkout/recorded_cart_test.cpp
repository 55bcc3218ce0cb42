// What is kept of a cart, and that nothing of the buyer is.

#include "services/checkout/recorded_cart.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "services/checkout/pricing.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

Shop voucher_shop() {
  Shop shop;
  shop.variants = {variant("v1", 2'000), variant("v2", 500)};
  shop.rules = R"([{"id":"vip","class":"order","trigger":{"pool":true},"value":{"type":"percent","bps":1000}},
    {"id":"save","class":"order","trigger":{"codes":["SAVE5"]},"value":{"type":"percent","bps":500}},
    {"id":"big","class":"order","trigger":{"codes":["BIG"]},"value":{"type":"percent","bps":500},
     "when":{"attr":"cart.subtotal","op":"gte","value":{"EUR":900000}}},
    {"id":"past","class":"order","trigger":{"codes":["PAST"],"pool":true},"value":{"type":"percent","bps":500},
     "schedule":{"ends_at":"2026-01-01T00:00:00Z"}}])";
  shop.zones = R"({"zones":[{"id":"us","countries":["US"],)"
               R"("rates":[{"id":"std","title":"Post","by":"flat","amounts":{"EUR":490}}]}]})";
  return shop;
}

DrawnCode known_code(std::string code, std::string rule, bool used = false) {
  DrawnCode out;
  out.code = std::move(code);
  out.rule = std::move(rule);
  out.used = used;
  return out;
}

std::optional<RecordedCart> kept_of(const Session& session, const Shop& shop) {
  const auto snapshot = snapshot_of(shop);
  const auto quote = price(session, *snapshot, LevelsStub{}, ManualClock::kStart);
  return recorded_cart(session, quote.value(), *snapshot);
}

TEST(RecordedCart, has_what_pricing_asks_for) {
  Session session = session_of({line("l1", "v1", 2), line("l2", "v2", 1)});
  session.updated_at += std::chrono::milliseconds{59'999};
  session.state = State::kCompleted;
  deliver(session, address("US", "Maine", "04101"), "std");
  session.buyer.email = "ada@shop.example";
  session.known_orders = KnownOrders{"ada@shop.example", 4, std::vector<std::string>{"wholesale"}};
  const auto cart = kept_of(session, voucher_shop());
  ASSERT_TRUE(cart.has_value());
  EXPECT_EQ(cart->at, ManualClock::kStart);
  EXPECT_TRUE(cart->ordered);
  EXPECT_EQ(cart->lines, (std::vector<RecordedLine>{{"v1", 2, 2'000}, {"v2", 1, 500}}));
  EXPECT_EQ(cart->country + " " + cart->region, "US ME");
  EXPECT_EQ(cart->shipping, (std::vector<RecordedShipping>{{"std", 490}}));
  EXPECT_TRUE(cart->known_buyer);
  EXPECT_EQ(cart->orders_count, 3);
  EXPECT_EQ(cart->segments, (std::vector<std::string>{"wholesale"}));
  RecordedCart read = decode_recorded(encode_recorded(*cart));
  read.at = cart->at;
  read.ordered = cart->ordered;
  EXPECT_EQ(read, *cart);
}

TEST(RecordedCart, keeps_codes_as_rules_spell_them_and_pools_by_their_rule) {
  Session session = session_of({line("l1", "v1", 1)});
  session.codes = {" save5", "big", "Ada-Lovelace", "past", "Only-Mine", "Used-Up", "Past-Pool"};
  auto drawn = std::make_shared<DrawnCodes>();
  drawn->codes = {known_code("only-mine", "vip"), known_code("used-up", "vip", true), known_code("past-pool", "past")};
  session.drawn = drawn;
  const auto cart = kept_of(session, voucher_shop());
  ASSERT_TRUE(cart.has_value());
  EXPECT_EQ((std::set<std::string>(cart->codes.begin(), cart->codes.end())),
            (std::set<std::string>{"SAVE5", "BIG", "PAST"}));
  EXPECT_EQ((std::set<std::string>(cart->pools.begin(), cart->pools.end())), (std::set<std::string>{"vip", "past"}));
}

TEST(RecordedCart, of_nothing_that_is_sold_is_none) {
  EXPECT_FALSE(kept_of(session_of({}), voucher_shop()));
  EXPECT_FALSE(kept_of(session_of({line("l1", "no such thing", 1)}), voucher_shop()));
}

TEST(RecordedCart, has_nothing_that_a_shopper_wrote) {
  Session session = session_of({line("canary1", "v1", 1), line("canary2", "canary3", 1)});
  Address where = address("US", "canary4", "canary5");
  where.first_name = where.last_name = where.phone = where.street = "canary6";
  where.extended = where.locality = "canary7";
  deliver(session, where, "canary8");
  session.deliveries.front().id = "canary9";
  session.buyer = {"canary10", "canary11", "canary12@canary.example", "+canary13", R"({"canary14":true})"};
  session.context.country = "canary15";
  session.context.region = session.context.postal_code = session.context.language = "canary16";
  session.context.currency = session.context.intent = "canary17";
  session.context.eligibility = {"canary18"};
  session.codes = {"canary19"};
  Instrument instrument;
  instrument.id = instrument.handler_id = instrument.type = "canary20";
  instrument.display = instrument.billing = R"({"name":"canary21"})";
  instrument.selected = true;
  session.instruments = {instrument};
  session.attribution = R"({"canary22":"canary23"})";
  session.owner = "ucp:https://canary24.example";
  session.platform.profile_url = session.platform.webhook_url = "https://canary25.example";
  session.known_orders = KnownOrders{"canary12@canary.example", 1, std::vector<std::string>{}};
  const Shop shop = voucher_shop();
  const auto snapshot = snapshot_of(shop);
  payments::GatewayConfig gateway;  // It lists no types, so it takes whatever word a caller has.
  gateway.handler_id = "canary20";
  snapshot->gateways = {gateway};
  const auto quote = price(session, *snapshot, LevelsStub{}, ManualClock::kStart);
  const auto cart = recorded_cart(session, quote.value(), *snapshot);
  ASSERT_TRUE(cart.has_value());
  const std::string body = encode_recorded(*cart);
  EXPECT_EQ(to_lower_ascii(body).find("canary"), std::string::npos) << body;
  EXPECT_EQ(cart->country, "US");
  EXPECT_EQ(cart->lines, (std::vector<RecordedLine>{{"v1", 1, 2'000}}));
}

TEST(RecordedCart, id_follows_from_the_persons_key_alone) {
  Session session = session_of({});
  std::array<std::byte, 32> bytes{};
  const ports::DataKey zeros(bytes);
  bytes[31] = std::byte{1};
  const ports::DataKey other(bytes);
  const std::string id = recording_id(session, zeros);
  EXPECT_EQ(id.size(), 30U);
  EXPECT_EQ(id, recording_id(session, zeros));
  EXPECT_NE(id, recording_id(session, other));
  session.id = CheckoutId{"chk_2"};
  EXPECT_NE(id, recording_id(session, zeros));
}

TEST(RecordedCart, orders_are_counted_in_buckets) {
  const std::pair<std::int64_t, std::int64_t> cases[] = {{0, 0},   {1, 1},   {2, 2},     {3, 3},      {4, 3},
                                                         {5, 5},   {9, 5},   {10, 10},   {19, 10},    {20, 20},
                                                         {50, 50}, {99, 50}, {100, 100}, {1'000, 100}};
  for (const auto& [count, bucket] : cases) EXPECT_EQ(orders_bucket(count), bucket) << count;
}

TEST(RecordedCart, the_sample_is_as_large_as_asked_for_and_always_the_same) {
  int drawn = 0;
  for (int i = 0; i < 10'000; ++i) {
    const CheckoutId id{"chk_" + std::to_string(i)};
    EXPECT_FALSE(is_recorded(id, 0));
    EXPECT_TRUE(is_recorded(id, 100));
    drawn += is_recorded(id, 10) ? 1 : 0;
    EXPECT_TRUE(!is_recorded(id, 10) || is_recorded(id, 11));
  }
  EXPECT_NEAR(drawn, 1'000, 150);
}

}  // namespace
}  // namespace kassa::checkout
