// Sessions and quotes as text and back: nothing is lost, and a frozen quote is what was accepted.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/base/ensure.hpp"
#include "services/checkout/freeze.hpp"
#include "services/checkout/quote_json.hpp"
#include "services/checkout/session_json.hpp"
#include "tests/unit/checkout/any_shop.hpp"

namespace kassa::checkout {
namespace {

/// Often empty, sometimes awkward.
std::string any_text() {
  return any_of({"", "", "x", "Jane", "Ünïcödé ☕", "a \"quoted\" \\ word", "line\nbreak", R"({"json":[1,2]})"});
}

Address any_address() {
  Address out;
  for (std::string* member : {&out.first_name, &out.last_name, &out.phone, &out.street, &out.extended, &out.locality,
                              &out.region, &out.postal_code, &out.country}) {
    *member = any_text();
  }
  return out;
}

Message any_message() {
  Message out(static_cast<Level>(any_between(0, 2)), "code" + any_text(), any_text(),
              static_cast<Severity>(any_between(0, 3)));
  if (one_in(2)) out.params.emplace_back(any_text(), any_text());
  return out;
}

void fill_people(Session& session) {
  session.buyer = Buyer{any_text(), any_text(), any_text(), any_text(), any_text()};
  session.context = Context{any_text(), any_text(), any_text(), any_text(), any_text(), any_text(), {}};
  if (one_in(2)) session.context.eligibility = {any_text(), any_text()};
  session.platform = Platform{any_text(), any_text(), any_text(), any_text()};
  Instrument instrument{any_text(), any_text(), any_text(), one_in(2), any_text(), any_text()};
  if (one_in(2)) session.instruments.push_back(std::move(instrument));
}

Session any_full_session(const Shop& shop) {
  Session session = any_session(shop);
  fill_people(session);
  session.state = static_cast<State>(any_between(0, static_cast<int>(State::kCanceled)));
  session.kept_bytes = any_between(0, 1'000'000);
  session.version.epoch = any_between(0, 9);
  session.version.n = any_between(0, 1'000'000);
  session.has_codes = one_in(2);
  session.attribution = any_text();
  session.order = OrderId{any_text()};
  session.attempts = any_between(0, 5);
  session.action_url = any_text();
  session.kind = one_in(2) ? Kind::kCart : Kind::kCheckout;
  session.conversions = any_between(0, 3);
  for (Delivery& delivery : session.deliveries) delivery.destinations.push_back(destination("more", any_address()));
  for (std::int64_t i = any_between(0, 2); i > 0; --i) session.notices.push_back(any_message());
  for (std::int64_t i = any_between(0, 2); i > 0; --i) accept(session, "caller" + std::to_string(i), any_text());
  return session;
}

void expect_same(const Session& a, const Session& b) {
  RC_ASSERT(a.id == b.id && a.person == b.person && a.owner == b.owner && a.version == b.version && a.state == b.state);
  RC_ASSERT(a.currency == b.currency && a.created_at == b.created_at);
  RC_ASSERT(a.updated_at == b.updated_at && a.expires_at == b.expires_at);
  RC_ASSERT(a.lines.size() == b.lines.size() && a.codes == b.codes && a.has_codes == b.has_codes);
  RC_ASSERT(a.kept_bytes == b.kept_bytes);
  RC_ASSERT(a.order == b.order && a.attempts == b.attempts && a.action_url == b.action_url);
  RC_ASSERT(a.attribution == b.attribution && a.buyer.email == b.buyer.email && a.buyer.consent == b.buyer.consent);
  RC_ASSERT(a.context.eligibility == b.context.eligibility && a.platform.webhook_url == b.platform.webhook_url);
  RC_ASSERT(a.instruments.size() == b.instruments.size() && a.accepted.size() == b.accepted.size());
  RC_ASSERT(messages_of(a.notices) == messages_of(b.notices) && a.deliveries.size() == b.deliveries.size());
  for (std::size_t i = 0; i < a.deliveries.size(); ++i) {
    const Delivery& x = a.deliveries[i];
    const Delivery& y = b.deliveries[i];
    RC_ASSERT(x.id == y.id && x.all_lines == y.all_lines && x.lines == y.lines && x.selected == y.selected);
    RC_ASSERT(x.destinations.size() == y.destinations.size() && x.groups.size() == y.groups.size());
    for (std::size_t d = 0; d < x.destinations.size(); ++d)
      RC_ASSERT(x.destinations[d].address == y.destinations[d].address);
  }
}

RC_GTEST_PROP(RoundTrip, ASessionComesBackWhole, ()) {
  const Session session = any_full_session(any_shop());
  const std::string text = written(session);
  const Session back = decode_session(json::parse(text));
  expect_same(session, back);
  RC_ASSERT(written(back) == text);
}

RC_GTEST_PROP(RoundTrip, AReadSessionPricesToTheSameHash, ()) {
  const Shop shop = any_shop();
  const Session session = any_session(shop);
  Session back = decode_session(json::parse(written(session)));
  back.store = session.store;
  RC_ASSERT(price_now(back, shop).hash == price_now(session, shop).hash);
}

RC_GTEST_PROP(RoundTrip, AFrozenQuoteKeepsItsHashAndAllItsMoney, ()) {
  const Shop shop = any_shop();
  const Session session = any_session(shop);
  const Quote quote = price_now(session, shop);
  const Thawed thawed = decode_frozen(encode_frozen(session, &quote));
  RC_ASSERT(thawed.quote != nullptr);
  RC_ASSERT(thawed.quote->hash == quote.hash);
  RC_ASSERT(quote_hash(*thawed.quote) == quote.hash);
  RC_ASSERT(totals_of(*thawed.quote) == totals_of(quote));
  RC_ASSERT(taxes_of(*thawed.quote) == taxes_of(quote));
  RC_ASSERT(written(*thawed.quote) == written(quote));
  RC_ASSERT(written(thawed.session) == written(session));
}

RC_GTEST_PROP(RoundTrip, AnOrderWrittenFromAThawedQuoteIsTheOrderOfTheQuote, ()) {
  const Shop shop = any_shop();
  const auto snapshot = snapshot_of(shop);
  Session session = any_session(shop);
  session.order = OrderId{"ord_1"};
  const Quote quote = price(session, *snapshot, LevelsStub{}, ManualClock::kStart).value();
  const Thawed thawed = decode_frozen(encode_frozen(session, &quote));
  const ports::OrderRecord order = make_order(session, quote, *snapshot);
  RC_ASSERT(ports::encode(make_order(thawed.session, *thawed.quote, *snapshot)) == ports::encode(order));
  RC_ASSERT(ports::encode(ports::decode_order(ports::encode(order))) == ports::encode(order));
  RC_ASSERT(order.total == quote.total);
  RC_ASSERT(order.permalink_url == "https://shop.example/orders/ord_1");
}

TEST(RoundTrip, AnOpenSessionHasNoFrozenQuote) {
  EXPECT_EQ(decode_frozen(encode_frozen(session_of({}), nullptr)).quote, nullptr);
}

TEST(RoundTrip, WhatThisProgramNeverWroteIsABrokenInvariant) {
  const char* texts[] = {R"({"session":7})", R"({"session":{"state":"dancing","currency":"EUR"}})",
                         R"({"session":{"state":"open","currency":"ZZZ"}})",
                         R"({"session":{"state":"open","currency":"EUR","lines":"none"}})"};
  for (const char* text : texts) EXPECT_THROW((void)decode_frozen(text), InvariantBroken) << text;
}

}  // namespace
}  // namespace kassa::checkout
