// The order record's stored form: what was written is read, and nothing else is.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/base/ensure.hpp"
#include "tests/unit/orders/bench.hpp"

namespace kassa {
namespace {

ports::OrderRecord full_order() {
  ports::OrderRecord order = sample_order();
  order.lines[1].parent = "li_1";
  order.lines[1].image_url = "https://example.com/a.jpg";
  order.lines[1].sku = "SKU \"1\"";
  order.lines[1].ships = false;
  order.lines[0].tax = 70;
  ports::OrderTax tax;
  tax.name = "VAT";
  tax.jurisdiction = "DE";
  tax.bps = 1'900;
  tax.base = 8'150;
  tax.amount = 1'301;
  tax.included = true;
  order.taxes = {tax};
  ports::OrderDiscount discount;
  discount.rule = "disc_1";
  discount.title = "10% Off";
  discount.code = "10OFF";
  discount.amount = 850;
  order.discounts = {discount};
  order.attribution = R"({"utm_source":"x"})";
  order.permalink_url = "https://shop.example/o/1";
  order.deliveries[0].latest = ManualClock::kStart;
  order.deliveries[0].carrier = "Post";
  return order;
}

TEST(OrderRecord, reads_back_every_member_that_it_wrote) {
  const ports::OrderRecord order = full_order();
  const std::string text = ports::encode(order);
  const ports::OrderRecord read = ports::decode_order(text);
  EXPECT_EQ(ports::encode(read), text);
  EXPECT_EQ(read.lines[1].parent, "li_1");
  EXPECT_FALSE(read.lines[1].ships);
  EXPECT_TRUE(read.lines[0].ships);
  EXPECT_EQ(read.taxes[0].amount, 1'301);
  EXPECT_TRUE(read.taxes[0].included);
  EXPECT_EQ(read.deliveries[0].lines, order.deliveries[0].lines);
  EXPECT_EQ(read.deliveries[0].latest, order.deliveries[0].latest);
  EXPECT_EQ(read.deliveries[0].address.postal_code, "62704");
  EXPECT_EQ(read.currency, order.currency);
  EXPECT_EQ(read.attribution, order.attribution);
  EXPECT_EQ(read.audience.webhook_url, order.audience.webhook_url);
}

RC_GTEST_PROP(OrderRecord, keeps_any_text_and_any_amount, (std::string text, std::int64_t amount)) {
  ports::OrderRecord order = sample_order();
  order.lines[0].title = is_utf8(text) ? text : to_hex(as_bytes(text));
  order.components[0].amount = amount;
  order.total = amount;
  const ports::OrderRecord read = ports::decode_order(ports::encode(order));
  RC_ASSERT(read.lines[0].title == order.lines[0].title);
  RC_ASSERT(read.components[0].amount == amount);
  RC_ASSERT(read.total == amount);
}

struct Broken {
  const char* name;
  std::string text;
};

class BrokenRecords : public testing::TestWithParam<Broken> {};

TEST_P(BrokenRecords, is_a_broken_invariant) {
  EXPECT_THROW(static_cast<void>(ports::decode_order(GetParam().text)), InvariantBroken);
}

std::string with(std::string_view key, const json::value& value) {
  json::object object = json::parse(ports::encode(sample_order())).as_object();
  object[key] = value;
  return json::serialize(object);
}

std::string without(std::string_view key) {
  json::object object = json::parse(ports::encode(sample_order())).as_object();
  object.erase(key);
  return json::serialize(object);
}

INSTANTIATE_TEST_SUITE_P(All, BrokenRecords,
                         testing::Values(Broken{"no_json", "{"}, Broken{"no_object", "[]"}, Broken{"empty", ""},
                                         Broken{"no_id", without("id")}, Broken{"no_currency", without("currency")},
                                         Broken{"unknown_currency", with("currency", "ZZZ")},
                                         Broken{"no_total", without("total")},
                                         Broken{"total_as_text", with("total", "1")},
                                         Broken{"total_with_fraction", with("total", 1.5)},
                                         Broken{"lines_as_object", with("lines", json::object{})},
                                         Broken{"line_as_text", with("lines", json::array{"x"})}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa
