// A letter as mail programs read it: ASCII, folded, and no header of anybody else's making.

#include "services/protocol/pages/mail_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/text.hpp"
#include "services/protocol/pages/confirmation_mail.hpp"
#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Instant kSent = from_rfc3339("2026-11-23T23:42:48Z").value();

Letter letter_of_tests() {
  Letter letter;
  letter.shop = "Tide & Timber";
  letter.to = "ada@shop.example";
  letter.subject = "Order 7 at Tide & Timber";
  letter.text = std::string(200, 'x');
  letter.html = "<p>\u00e4</p>";
  return letter;
}

std::string written(const Letter& letter) {
  return mail_message(letter, "orders@tide.example", EventId{"evt_1"}, kSent);
}

TEST(MailMessage, has_the_headers_and_both_forms) {
  const std::string message = written(letter_of_tests());
  EXPECT_THAT(message, StartsWith("From: Tide & Timber <orders@tide.example>\r\nTo: <ada@shop.example>\r\n"
                                  "Subject: Order 7 at Tide & Timber\r\nDate: Mon, 23 Nov 2026 23:42:48 +0000\r\n"
                                  "Message-ID: <evt_1@tide.example>\r\nAuto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(message, AllOf(HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"),
                             HasSubstr("Content-Type: text/html; charset=utf-8\r\n"),
                             HasSubstr(to_base64(as_bytes("<p>\u00e4</p>")) + "\r\n--")));
  EXPECT_EQ(message, written(letter_of_tests()));
}

TEST(MailMessage, has_short_lines_of_ascii_whatever_it_says) {
  Letter letter = letter_of_tests();
  for (int i = 0; i < 40; ++i) letter.subject += "\u0637\u20ac\U0001f600";
  letter.shop = "\u0916\u0930\u0940\u0926";
  const std::string message = written(letter);
  std::string_view rest = message;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    ASSERT_NE(end, std::string_view::npos);
    const std::string_view line = rest.substr(0, end);
    EXPECT_LE(line.size(), 100U) << line;
    for (const char c : line) EXPECT_TRUE(c >= 0x20 && c <= 0x7e);
    rest.remove_prefix(end + 2);
  }
}

TEST(MailMessage, takes_no_header_from_anybody) {
  Letter letter = letter_of_tests();
  letter.subject = "Order\r\nBcc: all@shop.example";
  letter.shop = "Tide\r\nBcc: all@shop.example\" <x@y.example>";
  letter.to = "ada@shop.example>\r\nBcc: <all@shop.example";
  const std::string message = written(letter);
  EXPECT_THAT(message, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(message, HasSubstr("<orders@tide.example>\r\n"));
}

TEST(HeaderText, splits_between_characters) {
  EXPECT_EQ(header_text("Order 7"), "Order 7");
  EXPECT_EQ(header_text("\u00e4"), "=?UTF-8?B?w6Q=?=");
  EXPECT_EQ(header_text("=?x"), "=?UTF-8?B?PT94?=");
  const std::string folded = header_text(std::string(41, 'x') + "\u20ac");
  EXPECT_EQ(folded, "=?UTF-8?B?" + to_base64(as_bytes(std::string(41, 'x'))) + "?=\r\n =?UTF-8?B?4oKs?=");
}

class ConfirmationTest : public OrderBench {
 protected:
  struct Relay final : ports::MailRelay {
    boost::asio::awaitable<Result<bool>> send(ports::Mail mail) override {
      sent.push_back(std::move(mail));
      co_return true;
    }
    std::vector<ports::Mail> sent;
  };

  [[nodiscard]] webhooks::Message message(std::string body) const {
    webhooks::Message out;
    out.store = store;
    out.event = EventId{"evt_1"};
    out.order = OrderId{"ord_1"};
    out.target = "mail";
    out.created_at = clock.now();
    out.body = std::move(body);
    return out;
  }

  LetterWriter letters{snapshots, orders, renderer.links()};
  Relay relay;
  ConfirmationMail mail{letters, relay, "orders@tide.example"};
};

TEST_F(ConfirmationTest, is_written_in_the_language_of_its_order) {
  place(sample_order());
  for (const auto& [body, word] : {std::pair(R"({"language":"de-CH"})", "Bestellung"), std::pair("{}", "Order"),
                                   std::pair(R"({"language":"xx"})", "Order")}) {
    const webhooks::Message about = message(body);
    const auto letter = run(letters.write(about));
    ASSERT_TRUE(letter);
    EXPECT_THAT(letter.value().subject, HasSubstr(word));
    EXPECT_EQ(letter.value().to, "jane.doe@example.com");
    EXPECT_EQ(letter.value().label, "#1042");
    EXPECT_THAT(letter.value().text, AllOf(HasSubstr("123 Main St"), HasSubstr(letter.value().url)));
  }
}

TEST_F(ConfirmationTest, goes_to_the_buyer_or_nowhere) {
  ports::OrderRecord order = sample_order();
  place(order);
  const webhooks::Message about = message("{}");
  ASSERT_TRUE(run(mail.carry(about)));
  ASSERT_EQ(relay.sent.size(), 1U);
  EXPECT_EQ(relay.sent[0].to, "jane.doe@example.com");
  EXPECT_THAT(relay.sent[0].message, HasSubstr("Message-ID: <evt_1@tide.example>\r\n"));
  order = sample_order("ord_2");
  order.email.clear();
  place(order);
  webhooks::Message nobody = message("{}");
  nobody.order = OrderId{"ord_2"};
  const auto refused = run(mail.carry(nobody));
  EXPECT_EQ(refused.error().code, Errc::kInvalidRequest);
  EXPECT_EQ(relay.sent.size(), 1U);
}

}  // namespace
}  // namespace kassa::protocol
