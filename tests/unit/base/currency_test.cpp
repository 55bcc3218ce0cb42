#include "services/base/currency.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace kassa {
namespace {

struct ExponentGroup {
  const char* name;
  int exponent;
  const char* codes;
};

// Typed from ISO 4217 list one, apart from the table under test.
const ExponentGroup kGroups[] = {
    {"no minor unit in use", 0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"},
    {"thousandths", 3, "BHD IQD JOD KWD LYD OMR TND"},
    {"ten thousandths", 4, "CLF UYW"},
    {"hundredths", 2,
     "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
     "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
     "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
     "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
     "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
     "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"},
};

TEST(Currency, has_the_exponent_of_iso_4217) {
  int known = 0;
  for (const auto& group : kGroups) {
    SCOPED_TRACE(group.name);
    std::istringstream codes{group.codes};
    for (std::string code; codes >> code; ++known) {
      const auto currency = Currency::from_code(code);
      ASSERT_TRUE(currency) << code;
      EXPECT_EQ(currency->code(), code);
      EXPECT_EQ(currency->exponent(), group.exponent) << code;
    }
  }
  int accepted = 0;
  std::string code(3, 'A');
  for (code[0] = 'A'; code[0] <= 'Z'; ++code[0]) {
    for (code[1] = 'A'; code[1] <= 'Z'; ++code[1]) {
      for (code[2] = 'A'; code[2] <= 'Z'; ++code[2]) accepted += Currency::from_code(code) ? 1 : 0;
    }
  }
  EXPECT_EQ(accepted, known) << "no code outside this list is accepted";
}

TEST(Currency, refuses_what_amounts_cannot_be_counted_in) {
  const struct {
    const char* name;
    std::string_view code;
  } kRefused[] = {
      {"lower case", "eur"},
      {"mixed case", "Eur"},
      {"empty", ""},
      {"two letters", "EU"},
      {"four letters", "EURO"},
      {"surrounding space", " EUR"},
      {"a number", "978"},
      {"no currency", "XXX"},
      {"for tests", "XTS"},
      {"gold", "XAU"},
      {"drawing rights", "XDR"},
      {"withdrawn kuna", "HRK"},
      {"withdrawn lev", "BGN"},
      {"withdrawn guilder", "ANG"},
      {"withdrawn mark", "DEM"},
      {"past the last row", "ZZZ"},
      {"before the first", "AAA"},
      {"NUL inside", {"EU\0", 3}},
  };
  for (const auto& row : kRefused) EXPECT_FALSE(Currency::from_code(row.code)) << row.name;
}

TEST(Currency, default_is_no_currency_and_equals_no_real_one) {
  EXPECT_EQ(Currency{}.code(), "XXX");
  EXPECT_EQ(Currency{}.exponent(), 0);
  EXPECT_NE(Currency{}, *Currency::from_code("EUR"));
  EXPECT_EQ(*Currency::from_code("EUR"), *Currency::from_code("EUR"));
  EXPECT_NE(*Currency::from_code("EUR"), *Currency::from_code("USD"));
}

}  // namespace
}  // namespace kassa
