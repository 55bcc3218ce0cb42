// Kassa's own pages through the route table: who holds a link sees the order and nobody's name, everybody else one and
// the same page. Checkouts as pages are rendered here and asked for in tests/e2e.

#include "services/protocol/pages/page_routes.hpp"

#include <gmock/gmock.h>

#include "services/protocol/pages/checkout_document.hpp"
#include "services/protocol/pages/page_renderer.hpp"
#include "tests/conformance/ucp/samples.hpp"
#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string header_of(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

class PageRoutes : public OrderBench {
 protected:
  PageRoutes() {
    serve(false);
    add_page_routes(router, services);
    order = sample_order(make_id<OrderId>("ord_", clock, random).value);
    person = place(order);
  }

  [[nodiscard]] LinkTarget target() const {
    return {LinkKind::kOrder, store, false, order.id.value, clock.now() + std::chrono::hours{1}};
  }
  http::Response look(const LinkTarget& at, const Headers& headers = {}) {
    return call(http::Method::kGet, "/o/" + renderer.links().token_of(at), headers);
  }

  PageServices services{checkouts, snapshots, orders, renderer.links(), clock};
  ports::OrderRecord order;
  PersonId person;
};

TEST_F(PageRoutes, an_order_is_shown_to_whoever_holds_its_link) {
  const http::Response page = look(target());
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(std::string(page.payload()),
              AllOf(HasSubstr("at Flower shop"), HasSubstr("81.50"), HasSubstr("Springfield US"),
                    HasSubstr("j\u2026@example.com"), Not(HasSubstr("jane.doe")), Not(HasSubstr("Doe")),
                    Not(HasSubstr("123 Main St")), Not(HasSubstr("62704"))));
  const std::string address = renderer.links().order_url({}, store, order.audience.owner, order.id);
  const auto permalink =
      body_of(call(http::Method::kGet, "/ucp/v1/orders/" + order.id.value, {agent()})).at("permalink_url").as_string();
  EXPECT_EQ(std::string(permalink), address);
  EXPECT_EQ(call(http::Method::kGet, address.substr(address.find("/o/")), {}).payload(), page.payload());
}

TEST_F(PageRoutes, every_link_that_does_not_hold_is_answered_with_one_page) {
  const std::string right = renderer.links().token_of(target());
  const http::Response none = call(http::Method::kGet, "/o/none", {});
  EXPECT_EQ(none.status, 404);
  EXPECT_THAT(std::string(none.payload()), HasSubstr("This link is not valid"));
  LinkTarget over = target();
  over.expires_at = clock.now();
  LinkTarget elsewhere = target();
  elsewhere.store = StoreId{"s2"};
  LinkTarget other_mode = target();
  other_mode.live = true;
  LinkTarget other_id = target();
  other_id.id += "x";
  LinkTarget other_kind = target();
  other_kind.kind = LinkKind::kCheckout;
  for (const LinkTarget& wrong : {over, elsewhere, other_mode, other_id, other_kind}) {
    EXPECT_EQ(look(wrong).status, 404);
    EXPECT_EQ(look(wrong).payload(), none.payload());
  }
  for (const std::string& path : {"/c/" + right, "/r/" + right, "/o/" + right + "A", "/o/" + order.id.value}) {
    EXPECT_EQ(call(http::Method::kGet, path, {}).payload(), none.payload()) << path;
  }
  EXPECT_EQ(call(http::Method::kPost, "/r/" + right, {}, "ok=true").payload(), none.payload());
  EXPECT_EQ(none.headers, look(target()).headers);
}

TEST_F(PageRoutes, an_erased_buyer_leaves_no_page) {
  ASSERT_EQ(look(target()).status, 200);
  ASSERT_TRUE(run(persons.erase(store, person)));
  EXPECT_EQ(look(target()).status, 404);
}

TEST_F(PageRoutes, pages_keep_to_themselves_and_speak_the_readers_language) {
  const http::Response page = look(target(), {{"accept-language", "ar, en;q=0.5"}});
  EXPECT_THAT(std::string(page.payload()), HasSubstr("<html lang=\"ar\" dir=\"rtl\">"));
  const std::string policy = header_of(page, "Content-Security-Policy");
  EXPECT_THAT(policy, AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"),
                            HasSubstr("'sha256-" + to_base64(sha256(page_style())) + "'"), Not(HasSubstr("unsafe"))));
  EXPECT_THAT(std::string(page.payload()), HasSubstr("<style>" + std::string(page_style()) + "</style>"));
  EXPECT_EQ(header_of(page, "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(page, "X-Frame-Options"), "DENY");
  EXPECT_EQ(header_of(page, "X-Robots-Tag"), "noindex");
}

TEST_F(PageRoutes, a_form_from_a_bank_is_answered_with_the_page_and_not_read) {
  LinkTarget back{LinkKind::kReturn, store, false, "chk_1", clock.now() + std::chrono::hours{1}};
  const std::string token = renderer.links().token_of(back);
  const http::Response sent = call(http::Method::kPost, "/r/" + token, {}, "status=paid&token=other");
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(header_of(sent, "Location"), token);
}

std::string plain(const Document& document) { return to_plain_text(document); }

TEST(CheckoutPage, says_how_the_checkout_stands) {
  struct StateCase {
    checkout::State state;
    const char* page;
    const char* back;
  };
  const StateCase cases[] = {
      {checkout::State::kOpen, "Everything is chosen", "nothing was bought"},
      {checkout::State::kNeedsBuyer, "Confirm the payment: https://bank.example/3ds/1", "being checked"},
      {checkout::State::kCompleting, "being checked", "being checked"},
      {checkout::State::kCompleted, "See your order: https://pay.example/o/", "The payment was made"},
      {checkout::State::kCanceled, "was canceled", "was canceled"},
  };
  for (const StateCase& row : cases) {
    const samples::Sample sample = samples::in_state(row.state);
    const Document page = checkout_page(sample.view(), samples::links(), Language::kEnglish);
    const Document back = return_page(sample.view(), samples::links(), Language::kEnglish);
    EXPECT_THAT(plain(page), HasSubstr(row.page));
    EXPECT_THAT(plain(back), HasSubstr(row.back));
    const bool waits = row.state == checkout::State::kNeedsBuyer || row.state == checkout::State::kCompleting;
    EXPECT_EQ(to_html(back).find("http-equiv=\"refresh\"") != std::string::npos, waits);
  }
  const samples::Sample missing = samples::fresh();
  EXPECT_THAT(plain(checkout_page(missing.view(), samples::links(), Language::kEnglish)),
              AllOf(HasSubstr("still missing"), HasSubstr("Fulfillment address and option must be selected"),
                    HasSubstr("Red \"Rose\""), HasSubstr("35.00"), HasSubstr("Privacy: https://shop.example/privacy")));
}

TEST(CheckoutPage, names_nobody_and_makes_no_markup_of_what_somebody_wrote) {
  samples::Sample sample = samples::full();
  sample.session.buyer.email = "ada@shop.example";
  sample.session.buyer.last_name = "Lovelace";
  sample.quote.lines[0].title = "<script>alert(1)</script>";
  for (const Language language : kLanguages) {
    const std::string html = to_html(checkout_page(sample.view(), samples::links(), language));
    EXPECT_THAT(html, AllOf(HasSubstr("a\u2026@shop.example"), Not(HasSubstr("ada@")), Not(HasSubstr("Lovelace")),
                            Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;")));
    EXPECT_THAT(plain(checkout_page(sample.view(), samples::links(), language)), Not(HasSubstr("{")))
        << tag_of(language);
  }
}

TEST(PageRenderers, keep_to_the_mode_and_take_the_checkouts_language) {
  const Links links = samples::links();
  const PageRenderer renderer(links);
  samples::Sample sample = samples::full();
  sample.session.context.language = "de-AT";
  const auto shown = [&](std::optional<Language> language, bool live) {
    return renderer.render(page_rendering_text(LinkKind::kCheckout, language, live), checkout::Operation::kGet,
                           sample.view());
  };
  EXPECT_EQ(page_rendering_text(LinkKind::kReturn, Language::kGerman, true), "page/r/de/live");
  EXPECT_THAT(*shown({}, false).body, HasSubstr("<html lang=\"de\""));
  EXPECT_THAT(*shown(Language::kHindi, false).body, HasSubstr("<html lang=\"hi\""));
  EXPECT_EQ(shown({}, true).status, 404);
  sample.session.owner = "live:key:1";
  EXPECT_EQ(shown({}, true).status, 200);
  EXPECT_EQ(shown({}, false).status, 404);
}

}  // namespace
}  // namespace kassa::protocol
