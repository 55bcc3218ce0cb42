// What a buyer reads of an order: the same facts as HTML and as plain text, in every language, and no text of anybody's
// that becomes markup.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/text.hpp"
#include "services/protocol/pages/order_document.hpp"
#include "services/protocol/text/format.hpp"

namespace kassa::protocol {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

orders::PlacedOrder bought() {
  orders::PlacedOrder order;
  order.number = 1007;
  order.order_state = "confirmed";
  order.payment_state = "paid";
  order.fulfil_state = "none";
  order.created_at = from_rfc3339("2026-11-23T10:00:00Z").value();
  ports::OrderRecord& record = order.record;
  record.id = OrderId{"ord_1"};
  record.currency = Currency::from_code("EUR").value();
  record.total = 4320;
  ports::OrderLine mug;
  mug.title = "Mug <b>";
  mug.quantity = 2;
  mug.subtotal = 4000;
  mug.properties = {{"engraving", "\"Ada\" & Co"}};
  record.lines = {mug};
  record.components = {{"subtotal", "", 4000}, {"fulfillment", "Standard", 320}};
  ports::OrderTax vat;
  vat.name = "VAT";
  vat.amount = 690;
  vat.included = true;
  record.taxes = {vat};
  ports::OrderDelivery delivery;
  delivery.address.first_name = "Ada";
  delivery.address.street = "1 <script>alert(1)</script> Street";
  delivery.address.country = "DE";
  record.deliveries = {delivery};
  record.note = "ring\ntwice";
  return order;
}

const Shop kShopOfTests{"Tide & Timber", "Europe/Berlin"};

TEST(OrderPage, says_everything_in_every_language_and_both_forms) {
  for (const Language language : kLanguages) {
    const Document page = order_page(bought(), kShopOfTests, language);
    const std::string total = money_text(Money{4320, Currency::from_code("EUR").value()}, language);
    EXPECT_THAT(to_plain_text(page), HasSubstr(total)) << tag_of(language);
    EXPECT_THAT(to_plain_text(page), HasSubstr("1007")) << tag_of(language);
    EXPECT_THAT(to_plain_text(page), Not(HasSubstr("{"))) << tag_of(language);
    EXPECT_THAT(to_html(page), HasSubstr(total)) << tag_of(language);
    EXPECT_THAT(to_html(page), HasSubstr("<html lang=\"" + std::string(tag_of(language)) + "\" dir=\"" +
                                         (language == Language::kArabic ? "rtl" : "ltr") + "\">"));
  }
}

TEST(OrderLetter, makes_no_markup_of_what_somebody_wrote) {
  const std::string html = to_html(order_letter(bought(), kShopOfTests, "", Language::kEnglish));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, HasSubstr("engraving: &quot;Ada&quot; &amp; Co"));
  EXPECT_THAT(html, HasSubstr("Order 1007 at Tide &amp; Timber"));
}

TEST(OrderPage, has_the_words_for_what_became_of_it) {
  struct StateCase {
    const char* order;
    const char* payment;
    const char* fulfil;
    std::vector<std::string> words;
  };
  const StateCase cases[] = {
      {"confirmed", "paid", "none", {"Thank you", "Payment: paid", "Delivery: not sent yet"}},
      {"confirmed", "authorized", "partial", {"Payment: authorized, not charged yet", "Delivery: partly sent"}},
      {"confirmed", "partially_paid", "none", {"Payment: partly paid"}},
      {"closed", "disputed", "fulfilled", {"Payment: disputed"}},
      {"closed", "partially_refunded", "fulfilled", {"Payment: partly refunded", "Delivery: sent"}},
      {"held", "pending", "none", {"We are checking your order"}},
      {"cancelled", "refunded", "returned", {"was cancelled", "Payment: refunded", "Delivery: returned"}},
  };
  for (const StateCase& row : cases) {
    orders::PlacedOrder order = bought();
    order.order_state = row.order;
    order.payment_state = row.payment;
    order.fulfil_state = row.fulfil;
    const std::string text = to_plain_text(order_page(order, kShopOfTests, Language::kEnglish));
    for (const std::string& words : row.words) EXPECT_THAT(text, HasSubstr(words)) << row.order;
  }
}

TEST(OrderPage, names_nobody_and_repeats_nothing_that_the_buyer_wrote) {
  orders::PlacedOrder order = bought();
  order.record.email = "\u00e4da@shop.example";
  order.record.gift_message = "Happy birthday";
  order.record.purchase_order = "PO-1";
  order.record.deliveries[0].address.locality = "Kiel";
  const std::string text = to_plain_text(order_page(order, kShopOfTests, Language::kEnglish));
  EXPECT_THAT(text, HasSubstr("Kiel DE"));
  EXPECT_THAT(text, HasSubstr("\u00e4\u2026@shop.example"));
  for (const char* word : {"Ada", "Street", "ring", "birthday", "PO-1", "engraving", "da@"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST(OrderLetter, tells_included_taxes_and_the_words_of_the_buyer) {
  const std::string text = to_plain_text(order_letter(bought(), kShopOfTests, "", Language::kGerman));
  EXPECT_THAT(text, HasSubstr("Gesamtbetrag: 43,20\u00a0€\n  darin enthalten 6,90\u00a0€ VAT\n"));
  EXPECT_THAT(text, HasSubstr("Anmerkung: ring\ntwice"));
  EXPECT_THAT(text, HasSubstr("2 \u00d7 Mug <b>: 40,00\u00a0€\n"));
}

TEST(OrderLetter, links_to_the_page_and_to_nothing_that_is_no_web_address) {
  const std::string at = "https://shop.example/orders/ord_1?s=\"x";
  const Document letter = order_letter(bought(), kShopOfTests, at, Language::kSpanish);
  EXPECT_THAT(to_html(letter), HasSubstr("href=\"https://shop.example/orders/ord_1?s=&quot;x\""));
  EXPECT_THAT(to_plain_text(letter), HasSubstr("Ver el pedido: " + at));
  const Document script = order_letter(bought(), kShopOfTests, "javascript:alert(1)", Language::kSpanish);
  EXPECT_THAT(to_html(script), Not(HasSubstr("javascript")));
  EXPECT_THAT(to_plain_text(order_letter(bought(), kShopOfTests, "", Language::kSpanish)), Not(HasSubstr("http")));
}

}  // namespace
}  // namespace kassa::protocol
