// Signed links: what they open, that nobody else can make or change one, and when they end.

#include "services/protocol/links.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/base/text.hpp"
#include "services/checkout/session.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "tests/support/fakes.hpp"

namespace kassa::protocol {
namespace {

platform::SodiumSecretBox box_of(std::byte first) {
  std::array<std::byte, 32> key{};
  key[0] = first;
  return platform::SodiumSecretBox(key);
}

class LinksTest : public ::testing::Test {
 protected:
  static LinkTarget target(LinkKind kind = LinkKind::kOrder) {
    return {kind, StoreId{"tide"}, true, "ord_01abc", from_millis(2'000'000'000'000)};
  }
  static std::string end_of(const std::string& url) { return url.substr(url.rfind('/') + 1); }

  const platform::SodiumSecretBox box = box_of(std::byte{1});
  const Links links{"https://pay.example", box};
  const Instant before = from_millis(1'999'999'999'999);
};

TEST_F(LinksTest, open_what_they_were_made_for) {
  const auto opened = links.open(LinkKind::kOrder, links.token_of(target()), before);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->store.value, "tide");
  EXPECT_EQ(opened->id, "ord_01abc");
  EXPECT_TRUE(opened->live);
  EXPECT_EQ(opened->expires_at, target().expires_at);
  EXPECT_EQ(links.page_of(target()), "https://pay.example/o/" + links.token_of(target()));
}

TEST_F(LinksTest, say_nothing_of_what_they_open) {
  const std::string token = links.token_of(target());
  const auto bytes = from_base64url(token).value();
  EXPECT_EQ(as_text(bytes).find("ord"), std::string_view::npos);
  EXPECT_EQ(as_text(bytes).find("tide"), std::string_view::npos);
  EXPECT_EQ(links.token_of(target()), token);
}

TEST_F(LinksTest, open_nothing_of_another_kind_time_or_deployment) {
  const std::string token = links.token_of(target());
  EXPECT_FALSE(links.open(LinkKind::kCheckout, token, before));
  EXPECT_FALSE(links.open(LinkKind::kReturn, token, before));
  EXPECT_FALSE(links.open(LinkKind::kOrder, token, target().expires_at));
  const platform::SodiumSecretBox other = box_of(std::byte{2});
  EXPECT_FALSE(Links("https://pay.example", other).open(LinkKind::kOrder, token, before));
  for (const std::string_view none : {"", "x", "ord_01abc", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_FALSE(links.open(LinkKind::kOrder, none, before)) << none;
  }
  EXPECT_FALSE(links.open(LinkKind::kOrder, std::string(4096, 'A'), before));
}

RC_GTEST_FIXTURE_PROP(LinksTest, a_changed_token_is_none, ()) {
  const std::string token = links.token_of(target());
  auto bytes = from_base64url(token).value();
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] ^= static_cast<std::byte>(*rc::gen::inRange(1, 256));
  RC_ASSERT(!links.open(LinkKind::kOrder, to_base64url(bytes), before));
  RC_ASSERT(!links.open(LinkKind::kOrder, token.substr(0, at), before));
}

TEST_F(LinksTest, are_the_stores_own_where_it_has_a_template) {
  checkout::Session session;
  session.id = CheckoutId{"chk_1"};
  ports::StoreSettings settings;
  settings.continue_url = "https://shop.example/c?id={checkout_id}";
  settings.order_url = "https://shop.example/o/{order_id}?again={order_id}";
  EXPECT_EQ(links.continue_url(settings, session), "https://shop.example/c?id=chk_1");
  EXPECT_EQ(links.order_url(settings, StoreId{"tide"}, "key:1", OrderId{"ord_1"}),
            "https://shop.example/o/ord_1?again=ord_1");
}

TEST_F(LinksTest, of_checkouts_and_orders_end_when_counted_from_their_making) {
  checkout::Session session;
  session.store = StoreId{"tide"};
  session.id = CheckoutId{"chk_1"};
  session.owner = "live:key:1";
  session.created_at = from_millis(1'900'000'000'000);
  const std::string token = end_of(links.continue_url({}, session));
  const auto opened = links.open(LinkKind::kCheckout, token, session.created_at);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->live);
  EXPECT_EQ(opened->expires_at, session.created_at + kCheckoutLinkLife);
  ManualClock clock;
  SeededRandom random;
  const auto order = make_id<OrderId>("ord_", clock, random);
  const auto seen =
      links.open(LinkKind::kOrder, end_of(links.order_url({}, session.store, "ucp:x", order)), clock.now());
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->live);
  EXPECT_EQ(seen->expires_at, std::chrono::floor<std::chrono::seconds>(clock.now()) + kOrderLinkLife);
  EXPECT_EQ(seen->id, order.value);
}

}  // namespace
}  // namespace kassa::protocol
