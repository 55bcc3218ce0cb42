#include "services/base/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kassa {
namespace {

constexpr auto kMinorMax = std::numeric_limits<std::int64_t>::max();
constexpr auto kMinorMin = std::numeric_limits<std::int64_t>::min();

Money in(const char* code, std::int64_t minor) { return {minor, *Currency::from_code(code)}; }

TEST(Money, adds_and_subtracts_within_one_currency) {
  EXPECT_EQ(add(in("EUR", 150), in("EUR", -50)).value(), in("EUR", 100));
  EXPECT_EQ(subtract(in("EUR", 150), in("EUR", 200)).value(), in("EUR", -50));
  EXPECT_EQ(subtract(in("EUR", -1), in("EUR", kMinorMin)).value(), in("EUR", kMinorMax));
  EXPECT_EQ(times(in("JPY", 250), 3).value(), in("JPY", 750));
  EXPECT_EQ(times(in("JPY", 250), 0).value(), in("JPY", 0));
}

TEST(Money, refuses_mixed_currencies) {
  EXPECT_EQ(add(in("EUR", 1), in("USD", 1)).error().code, Errc::kCurrencyMismatch);
  EXPECT_EQ(subtract(in("EUR", 0), Money{}).error().code, Errc::kCurrencyMismatch);
}

TEST(Money, reports_overflow_instead_of_wrapping) {
  EXPECT_EQ(add(in("EUR", kMinorMax), in("EUR", 1)).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(add(in("EUR", kMinorMin), in("EUR", -1)).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(subtract(in("EUR", 0), in("EUR", kMinorMin)).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(times(in("EUR", kMinorMax / 2 + 1), 2).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(times(in("EUR", kMinorMin), -1).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(checked_add(kMinorMax, 1).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(checked_multiply(kMinorMin, -1).error().code, Errc::kMoneyOverflow);
  EXPECT_EQ(checked_add(kMinorMax, kMinorMin).value(), -1);
  EXPECT_EQ(checked_multiply(kMinorMin, 1).value(), kMinorMin);
}

TEST(Money, reads_decimals_of_its_currency) {
  const struct {
    const char* name;
    const char* code;
    const char* text;
    std::int64_t minor;
  } kCases[] = {
      {"two digits after the point", "EUR", "12.34", 1234},
      {"one digit is tenths", "EUR", "12.3", 1230},
      {"no point is whole units", "EUR", "12", 1200},
      {"zero", "EUR", "0.00", 0},
      {"a cent", "EUR", "0.01", 1},
      {"leading zeros", "EUR", "007.50", 750},
      {"no minor unit", "JPY", "1200", 1200},
      {"three digits", "KWD", "1.234", 1234},
      {"four digits", "CLF", "1.2345", 12345},
      {"the largest amount", "EUR", "92233720368547758.07", kMinorMax},
      {"a value that double cannot hold", "EUR", "90071992547409.93", 9007199254740993},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    const auto amount = parse_decimal(row.text, *Currency::from_code(row.code));
    ASSERT_TRUE(amount.has_value());
    EXPECT_EQ(amount.value(), in(row.code, row.minor));
  }
}

TEST(Money, refuses_decimals_it_cannot_hold_exactly) {
  const struct {
    const char* name;
    const char* code;
    std::string_view text;
    Errc error;
  } kCases[] = {
      {"empty", "EUR", "", Errc::kInvalidRequest},
      {"only a point", "EUR", ".", Errc::kInvalidRequest},
      {"nothing before the point", "EUR", ".50", Errc::kInvalidRequest},
      {"nothing after the point", "EUR", "12.", Errc::kInvalidRequest},
      {"more digits than the currency has", "EUR", "1.234", Errc::kInvalidRequest},
      {"even if they are zeros", "EUR", "1.230", Errc::kInvalidRequest},
      {"a fraction of a yen", "JPY", "1.0", Errc::kInvalidRequest},
      {"minus", "EUR", "-1.00", Errc::kInvalidRequest},
      {"plus", "EUR", "+1.00", Errc::kInvalidRequest},
      {"an exponent", "EUR", "1e2", Errc::kInvalidRequest},
      {"a decimal comma", "EUR", "1,50", Errc::kInvalidRequest},
      {"thousands separators", "EUR", "1,000.00", Errc::kInvalidRequest},
      {"two points", "EUR", "1.2.3", Errc::kInvalidRequest},
      {"a space in front", "EUR", " 1", Errc::kInvalidRequest},
      {"a space behind", "EUR", "1 ", Errc::kInvalidRequest},
      {"NUL", "EUR", {"1\0", 2}, Errc::kInvalidRequest},
      {"digits outside ASCII", "EUR", "\xd9\xa1", Errc::kInvalidRequest},
      {"one cent too many", "EUR", "92233720368547758.08", Errc::kMoneyOverflow},
      {"overflow while scaling", "EUR", "922337203685477580", Errc::kMoneyOverflow},
      {"very many digits", "EUR", "99999999999999999999999999999999", Errc::kMoneyOverflow},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    const auto amount = parse_decimal(row.text, *Currency::from_code(row.code));
    ASSERT_FALSE(amount.has_value());
    EXPECT_EQ(amount.error().code, row.error);
  }
}

TEST(Money, writes_text_for_people) {
  EXPECT_EQ(to_text(in("EUR", 1234)), "12.34 EUR");
  EXPECT_EQ(to_text(in("EUR", 5)), "0.05 EUR");
  EXPECT_EQ(to_text(in("EUR", -5)), "-0.05 EUR");
  EXPECT_EQ(to_text(in("EUR", 0)), "0.00 EUR");
  EXPECT_EQ(to_text(in("JPY", -120)), "-120 JPY");
  EXPECT_EQ(to_text(in("KWD", 1)), "0.001 KWD");
  EXPECT_EQ(to_text(in("EUR", kMinorMin)), "-92233720368547758.08 EUR");
  EXPECT_EQ(to_text(Money{}), "0 XXX");
}

}  // namespace
}  // namespace kassa
