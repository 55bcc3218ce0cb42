#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "payments/core/gateways.hpp"
#include "services/base/json.hpp"

namespace kassa::payments {
namespace {

ChargeRequest sample() {
  ChargeRequest request;
  request.store = StoreId{"store_1"};
  request.attempt = AttemptId{"pay_1"};
  request.order = OrderId{"ord_1"};
  request.gateway_key = "pay_1.charge";
  request.amount = Money{1999, Currency::from_code("EUR").value()};
  request.instrument_type = "card";
  request.token = "tok_\"quoted\"_\n";
  return request;
}

void expect_equal(const ChargeRequest& a, const ChargeRequest& b) {
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(a.attempt, b.attempt);
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.gateway_key, b.gateway_key);
  EXPECT_EQ(a.amount, b.amount);
  EXPECT_EQ(a.instrument_type, b.instrument_type);
  EXPECT_EQ(a.token, b.token);
}

TEST(ChargeRequestText, reads_back_as_it_was_written) {
  const auto read = decode_charge_request(encode(sample()));
  ASSERT_TRUE(read);
  expect_equal(read.value(), sample());
}

TEST(ChargeRequestText, keeps_every_digit_of_the_largest_amount_and_an_empty_token) {
  ChargeRequest request = sample();
  request.amount.minor = std::numeric_limits<std::int64_t>::max();
  request.token.clear();
  const auto read = decode_charge_request(encode(request));
  ASSERT_TRUE(read);
  expect_equal(read.value(), request);
}

TEST(ChargeRequestText, is_refused_when_a_member_is_missing_or_wrong_and_never_quotes_the_token) {
  const json::object whole = json::parse(encode(sample())).get_object();
  for (const auto& member : whole) {
    json::object broken = whole;
    broken.erase(member.key());
    EXPECT_FALSE(decode_charge_request(json::serialize(broken))) << member.key();
    broken[member.key()] = true;
    const auto read = decode_charge_request(json::serialize(broken));
    ASSERT_FALSE(read) << member.key();
    EXPECT_EQ(read.error().detail.find("tok_"), std::string::npos);
  }
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-5}}) {
    json::object broken = whole;
    broken["amount"] = amount;
    EXPECT_FALSE(decode_charge_request(json::serialize(broken)));
  }
  for (const char* const text : {"", "[]", "{", "null", "{\"currency\":\"ZZZ\"}"}) {
    EXPECT_FALSE(decode_charge_request(text)) << text;
  }
}

}  // namespace
}  // namespace kassa::payments
