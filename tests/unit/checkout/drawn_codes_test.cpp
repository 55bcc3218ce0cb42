// Codes of pools: the engine knows one for all of them, and the shopper only their own.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "discounts/pool_code.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/ports/code_hash.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

Shop pooled() {
  Shop shop;
  shop.variants = {variant("voucher", 2000)};
  shop.variants.front().requires_shipping = false;
  shop.rules = R"([{"id":"vip","class":"order","trigger":{"pool":true},"value":{"type":"percent","bps":1000}},
    {"id":"both","class":"order","trigger":{"codes":["OPEN"],"pool":true},"value":{"type":"percent","bps":500}}])";
  return shop;
}

DrawnCode drawn(std::string code, std::string rule, bool used = false) {
  DrawnCode out;
  out.code = std::move(code);
  out.rule = std::move(rule);
  out.used = used;
  return out;
}

Session typed(std::vector<std::string> codes, std::vector<DrawnCode> known) {
  Session session = session_of({line("l1", "voucher", 1)});
  session.codes = std::move(codes);
  auto found = std::make_shared<DrawnCodes>();
  found->at = ManualClock::kStart;
  found->codes = std::move(known);
  session.drawn = std::move(found);
  return session;
}

/// "vip Abc 200; 1 discount_code_invalid xyz"
std::string told(const Quote& quote) {
  std::string out;
  for (const auto& applied : quote.discounts.applied) {
    out += (out.empty() ? "" : "; ") + applied.rule_id + " " + applied.code + " " + std::to_string(applied.amount);
  }
  for (const auto& rejected : quote.discounts.rejected) {
    out += (out.empty() ? "" : "; ") + std::to_string(rejected.index) + " " + rejected.reason + " " + rejected.code;
  }
  return out;
}

TEST(DrawnCodes, are_priced_by_their_rule_and_told_as_they_were_typed) {
  struct Case {
    const char* name;
    std::vector<std::string> codes;
    std::vector<DrawnCode> known;
    const char* told;
  };
  const Case cases[] = {
      {"a code of a pool", {" Abc "}, {drawn("abc", "vip")}, "vip Abc 200"},
      {"one that nobody has looked up", {"Abc"}, {}, "0 discount_code_invalid Abc"},
      {"one of no pool", {"Abc"}, {drawn("abc", "")}, "0 discount_code_invalid Abc"},
      {"one that an order has", {"Abc"}, {drawn("abc", "vip", true)}, "0 discount_code_usage_limit_reached Abc"},
      {"one of a rule that is gone", {"Abc"}, {drawn("abc", "gone")}, "0 discount_code_invalid Abc"},
      {"two of one pool",
       {"a", "b"},
       {drawn("a", "vip"), drawn("b", "vip")},
       "vip a 200; 1 discount_code_already_applied b"},
      {"a rule's own code", {"open"}, {drawn("open", "")}, "both OPEN 100"},
      {"the name that the engine has for a pool", {discounts::pool_code("vip")}, {}, ""},
      {"the same behind a space", {" " + discounts::pool_code("vip")}, {}, ""},
  };
  for (const Case& c : cases) {
    const Quote quote = price_now(typed(c.codes, c.known), pooled());
    if (*c.told == '\0') {
      EXPECT_TRUE(quote.discounts.applied.empty()) << c.name;
      EXPECT_EQ(quote.discounts.rejected.at(0).reason, "discount_code_invalid") << c.name;
    } else {
      EXPECT_EQ(told(quote), c.told) << c.name;
    }
  }
  Session forged = session_of({line("l1", "voucher", 1)});
  forged.codes = {discounts::pool_code("vip")};
  EXPECT_TRUE(price_now(forged, pooled()).discounts.applied.empty()) << "nothing was looked up";
}

TEST(DrawnCodes, are_spent_by_the_discount_that_needs_them) {
  const Session session = typed({"open", "b"}, {drawn("open", ""), drawn("b", "both")});
  const Quote quote = price_now(session, pooled());
  ASSERT_EQ(quote.discounts.applied.size(), 1U);
  EXPECT_EQ(code_spent(session, quote.discounts.applied[0]), nullptr) << "the open code came first";
  const Session other = typed({"b"}, {drawn("b", "both")});
  const Quote by_pool = price_now(other, pooled());
  const DrawnCode* const spent = code_spent(other, by_pool.discounts.applied.at(0));
  ASSERT_NE(spent, nullptr);
  EXPECT_EQ(spent->code, "b");
}

/// Has one code, "friend" of the rule "vip", and counts who asks.
class OneCode final : public ports::Store {
 public:
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction) override { co_return ports::Committed(); }
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    ++asked;
    std::vector<ports::Row> rows;
    const ports::SqlValue friends = ports::code_hash("friend");
    if (std::ranges::find(step.params, friends) != step.params.end()) {
      ports::Row row;
      row.push_back(friends);
      row.emplace_back("vip");
      row.emplace_back();
      rows.push_back(std::move(row));
    }
    co_return rows;
  }
  int asked{0};
};

asio::awaitable<void> keep_drawn(asio::awaitable<Result<DrawnPtr>> work, DrawnPtr& out) {
  const auto drawn = co_await std::move(work);
  out = drawn.value();
}

/// What a change to these codes draws, the session being what the change before has left.
DrawnPtr drawn_by(OneCode& store, const Session& session, std::vector<std::string> codes, Instant now) {
  auto snapshot = snapshot_of(pooled());
  snapshot->code_pools = true;
  Patch patch;
  patch.codes.set(std::move(codes));
  boost::asio::io_context io;
  DrawnPtr out;
  boost::asio::co_spawn(io, keep_drawn(codes_to_draw(store, *snapshot, session, patch, now), out),
                        boost::asio::detached);
  io.run();
  return out;
}

TEST(DrawnCodes, are_looked_up_once_a_minute_whether_they_exist_or_not) {
  OneCode store;
  Session session = session_of({line("l1", "voucher", 1)});
  const Instant now = ManualClock::kStart;
  session.drawn = drawn_by(store, session, {"guess", " FRIEND"}, now);
  ASSERT_TRUE(session.drawn);
  EXPECT_EQ(session.drawn->codes, (std::vector{drawn("guess", ""), drawn("friend", "vip")}));
  EXPECT_EQ(store.asked, 1);
  EXPECT_FALSE(drawn_by(store, session, {"Guess", "friend"}, now + std::chrono::seconds{59}));
  EXPECT_FALSE(drawn_by(store, session, {"friend"}, now + std::chrono::seconds{59}));
  EXPECT_FALSE(drawn_by(store, session, {}, now));
  EXPECT_EQ(store.asked, 1);
  EXPECT_TRUE(drawn_by(store, session, {"friend", "another"}, now));
  EXPECT_TRUE(drawn_by(store, session, {"friend"}, now + std::chrono::seconds{60}));
  EXPECT_EQ(store.asked, 3);
}

TEST(DrawnCodes, stay_with_the_session) {
  const Session session = typed({"a"}, {drawn("a", "vip"), drawn("b", "", true)});
  const auto read = decode_session(parse_json(written(session)).value());
  ASSERT_TRUE(read.drawn);
  EXPECT_EQ(read.drawn->codes, session.drawn->codes);
  EXPECT_EQ(read.drawn->at, session.drawn->at);
  EXPECT_FALSE(decode_session(parse_json(written(session_of({}))).value()).drawn);
}

}  // namespace
}  // namespace kassa::checkout
