#include <gtest/gtest.h>

#include <array>

#include "payments/adapters/registry.hpp"

namespace kassa::payments {
namespace {

// As Adyen counts: ISK in hundredths, CVE in whole units.
constexpr std::array kOdd{ExponentRow{"ISK", 2}, ExponentRow{"CVE", 0}};

Money money(std::int64_t minor, const char* code) { return Money{minor, Currency::from_code(code).value()}; }

struct AdapterCase {
  const char* name;
  Money amount;
  std::int64_t units;
};
const AdapterCase kAdapterCases[] = {
    {"a currency without a row is counted as ISO 4217 does", money(1999, "EUR"), 1999},
    {"more digits multiply", money(150, "ISK"), 15000},
    {"fewer digits divide", money(700, "CVE"), 7},
};

TEST(Exponents, convert_there_and_back) {
  for (const AdapterCase& row : kAdapterCases) {
    SCOPED_TRACE(row.name);
    const auto units = to_gateway_units(kOdd, row.amount);
    ASSERT_TRUE(units);
    EXPECT_EQ(units.value(), row.units);
    const auto back = from_gateway_units(kOdd, row.units, row.amount.currency);
    ASSERT_TRUE(back);
    EXPECT_EQ(back.value(), row.amount);
  }
}

TEST(Exponents, refuse_what_cannot_be_expressed_exactly) {
  EXPECT_FALSE(to_gateway_units(kOdd, money(701, "CVE")));
  EXPECT_FALSE(from_gateway_units(kOdd, 15001, Currency::from_code("ISK").value()));
  EXPECT_FALSE(to_gateway_units(kOdd, money(std::numeric_limits<std::int64_t>::max(), "ISK")));
}

TEST(AdapterRegistry, finds_rows_by_name_and_nothing_else) {
  for (const AdapterRow& row : adapters()) EXPECT_EQ(find_adapter(row.name), row.adapter);
  EXPECT_EQ(find_adapter("Sandbox"), nullptr);
  EXPECT_EQ(find_adapter(""), nullptr);
}

}  // namespace
}  // namespace kassa::payments
