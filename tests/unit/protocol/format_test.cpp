// Money and days in each language, as CLDR 42 has them (ICU 72).

#include "services/protocol/text/format.hpp"

#include <gtest/gtest.h>

#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

struct MoneyCase {
  std::int64_t minor;
  const char* currency;
  Language language;
  const char* expected;
};

class MoneyText : public testing::TestWithParam<MoneyCase> {};

TEST_P(MoneyText, is_what_cldr_says) {
  const MoneyCase& row = GetParam();
  const Money amount{row.minor, Currency::from_code(row.currency).value()};
  EXPECT_EQ(money_text(amount, row.language), row.expected);
}

INSTANTIATE_TEST_SUITE_P(Table, MoneyText,
                         testing::Values(MoneyCase{123450, "EUR", Language::kEnglish, "€1,234.50"},
                                         MoneyCase{123450, "EUR", Language::kGerman, "1.234,50\u00a0€"},
                                         MoneyCase{1234550, "EUR", Language::kSpanish, "12.345,50\u00a0€"},
                                         MoneyCase{123456700, "INR", Language::kHindi, "₹12,34,567.00"},
                                         MoneyCase{5, "USD", Language::kEnglish, "$0.05"},
                                         MoneyCase{-4320, "USD", Language::kEnglish, "-$43.20"},
                                         MoneyCase{1200, "JPY", Language::kGerman, "1.200\u00a0¥"},
                                         MoneyCase{1234567, "KWD", Language::kEnglish, "KWD\u00a01,234.567"},
                                         MoneyCase{900719925474099267, "USD", Language::kEnglish,
                                                   "$9,007,199,254,740,992.67"}));

TEST(MoneyText, has_the_digits_of_arabic) {
  const std::string text = money_text(Money{1250, Currency::from_code("AED").value()}, Language::kArabic);
  EXPECT_NE(text.find("\u0661\u0662\u066b\u0665\u0660"), std::string::npos) << text;
}

TEST(DayText, is_the_day_at_that_place) {
  const Instant at = from_rfc3339("2026-11-23T23:30:00Z").value();
  EXPECT_EQ(day_text(at, Language::kEnglish, "UTC"), "November 23, 2026");
  EXPECT_EQ(day_text(at, Language::kGerman, "Europe/Berlin"), "24. November 2026");
  EXPECT_EQ(day_text(at, Language::kSpanish, "Nowhere/At_All"), "23 de noviembre de 2026");
}

}  // namespace
}  // namespace kassa::protocol
