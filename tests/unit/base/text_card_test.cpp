#include <gtest/gtest.h>

#include <sstream>

#include "services/base/text.hpp"

namespace kassa {
namespace {

/// `prefix` filled with sevens to `length` digits, the last one making the check digit right.
std::string card(std::string prefix, std::size_t length) {
  prefix.resize(length - 1, '7');
  for (char last = '0';; ++last) {
    int sum = 0;
    const std::string digits = prefix + last;
    for (std::size_t i = 0; i < length; ++i) {
      const int digit = (digits[length - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
      sum += digit > 9 ? digit - 9 : digit;
    }
    if (sum % 10 == 0) return digits;
  }
}

TEST(CardNumber, knows_every_brand_and_length) {
  const struct {
    const char* brand;
    const char* prefixes;
    std::vector<std::size_t> lengths;
  } kBrands[] = {
      {"Visa", "4", {13, 16, 19}},
      {"Mastercard", "51 55 2221 2720 2500", {16}},
      {"American Express", "34 37", {15}},
      {"Discover", "6011 644 649 65", {16, 17, 18, 19}},
      {"Diners Club", "300 305 36 38 39", {14}},
      {"JCB", "3528 3589", {16, 17, 18, 19}},
      {"UnionPay", "62", {16, 17, 18, 19}},
      {"RuPay", "60 65 81 82 508", {16}},
      {"Maestro", "50 56 58 6", {13, 14, 15, 16, 17, 18, 19}},
  };
  for (const auto& row : kBrands) {
    std::istringstream prefixes{row.prefixes};
    for (std::string prefix; prefixes >> prefix;) {
      for (const auto length : row.lengths) {
        std::string number = card(prefix, length);
        EXPECT_TRUE(contains_card_number(number)) << row.brand << ' ' << number;
        number.back() = number.back() == '9' ? '0' : static_cast<char>(number.back() + 1);
        EXPECT_FALSE(contains_card_number(number)) << row.brand << ", wrong check digit " << number;
      }
    }
  }
}

TEST(CardNumber, needs_the_length_that_goes_with_the_prefix) {
  const struct {
    const char* name;
    std::string number;
  } kNone[] = {
      {"Visa with 14 digits", card("4", 14)},
      {"Visa with 12", card("4", 12)},
      {"Visa with 20", card("4", 20)},
      {"Mastercard with 15", card("51", 15)},
      {"below the new range", card("2220", 16)},
      {"above the new range", card("2721", 16)},
      {"Amex with 16", card("34", 16)},
      {"Diners with 16", card("36", 16)},
      {"below JCB", card("3527", 16)},
      {"above JCB", card("3590", 16)},
      {"RuPay 81 with 15", card("81", 15)},
      {"airline prefix", card("1", 16)},
      {"prefix 7", card("7", 16)},
      {"prefix 9", card("9", 16)},
      {"prefix 0", card("0", 16)},
      {"Maestro with 12", card("50", 12)},
      {"Maestro with 20", card("6", 20)},
      {"prefix 83", card("83", 16)},
  };
  for (const auto& row : kNone) EXPECT_FALSE(contains_card_number(row.number)) << row.name;
}

TEST(CardNumber, is_found_anywhere_in_a_text) {
  for (const auto* text : {
           "4111111111111111",
           "4111 1111 1111 1111",
           "4111-1111-1111-1111",
           "4111-1111 1111-1111",
           "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
           "3782 822463 10005",
           "my card is 5555555555554444, thanks",
           "card:4111111111111111;cvc:123",
           "pan4111111111111111x",
           "12 4111111111111111",
           "flat 7 4111 1111 1111 1111 12/29 123",
           "{\"number\":\"4111111111111111\"}",
           "\n4111111111111111\n",
           "\xc3\xa9"
           "4111111111111111\xc3\xa9",
           "1234567890123456789012345 4111111111111111",
           "+4111111111111111",
           "ab4111111111111111cd",
       }) {
    EXPECT_TRUE(contains_card_number(text)) << text;
  }
}

TEST(CardNumber, is_found_at_every_place_of_a_long_text) {
  for (const std::string number : {"4111111111111111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111-1111-1111-1111"}) {
    for (std::size_t before = 0; before < 30; ++before) {
      for (std::size_t after = 0; after < 14; ++after) {
        const std::string letters = std::string(before, 'x') + number + std::string(after, 'x');
        const std::string signs = "12 4." + std::string(before, '.') + number + std::string(after, '-');
        EXPECT_TRUE(contains_card_number(letters)) << letters;
        EXPECT_TRUE(contains_card_number(signs)) << signs;
      }
    }
  }
}

TEST(CardNumber, lets_other_numbers_pass) {
  for (const std::string& text : {
           std::string{},
           std::string{"no digits at all"},
           std::string{"411111111111111"},
           std::string{"4111111111111112"},
           std::string{"4111  1111 1111 1111"},
           std::string{"4111 - 1111 - 1111 - 1111"},
           std::string{"4111.1111.1111.1111"},
           std::string{"00004111111111111111"},
           std::string{"41111111111111110000"},
           std::string{"2026-04-08T12:00:00.000Z"},
           std::string{"1775649600123"},
           std::string{"+49 30 901820"},
           std::string{"DE89370400440532013000"},
           std::string(1000, '4'),
       }) {
    EXPECT_FALSE(contains_card_number(text)) << text;
  }
}

TEST(CardNumber, is_not_seen_in_phone_numbers_and_hashes) {
  const std::string german_mobile = card("491512", 13);
  EXPECT_TRUE(contains_card_number(german_mobile)) << "thirteen digits with a Visa prefix, taken alone";
  EXPECT_FALSE(contains_card_number("+" + german_mobile));
  EXPECT_FALSE(contains_card_number("+49 " + german_mobile.substr(2, 4) + " " + german_mobile.substr(6)));
  EXPECT_FALSE(contains_card_number("+" + card("62812", 14)));
  EXPECT_TRUE(contains_card_number("+49 30 1234, card " + german_mobile));

  const std::string hash = "ab4111111111111111cdef0123456789abcdef";
  EXPECT_FALSE(contains_card_number(hash));
  EXPECT_FALSE(contains_card_number("tok_" + hash + ", " + hash));
  EXPECT_TRUE(contains_card_number(hash + " 4111111111111111"));
  EXPECT_TRUE(contains_card_number("zz" + hash)) << "not hexadecimal";
  EXPECT_FALSE(contains_card_number("a4111111-1111-4111-1" + std::string{"11a-abcdefabcdef"}));
  EXPECT_TRUE(contains_card_number("4111111111111111-0000-4000-8000-000000000000")) << "no letter";
}

TEST(CardNumber, costs_linear_time_on_hostile_text) {
  std::string hashes;
  std::string groups;
  while (hashes.size() < 1'000'000) hashes += "ab4111111111111111cdef0123456789abcdef.";
  while (groups.size() < 1'000'000) groups += "7 ";
  EXPECT_FALSE(contains_card_number(hashes));
  EXPECT_FALSE(contains_card_number(groups));
  const std::string long_word = "a4111111111111111" + std::string(1'000'000, 'a');
  EXPECT_TRUE(contains_card_number(long_word)) << "too long for a hash";
}

}  // namespace
}  // namespace kassa
