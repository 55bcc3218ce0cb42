#include "services/base/country.hpp"

#include <gtest/gtest.h>

namespace kassa {
namespace {

TEST(Country, IsACodeOfIso3166) {
  int count = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) count += is_country(std::string{a, b}) ? 1 : 0;
  }
  EXPECT_EQ(count, 249);
  for (const char* code : {"AD", "DE", "GB", "US", "ZW"}) EXPECT_TRUE(is_country(code)) << code;
  for (const char* text : {"", "D", "de", "UK", "XX", "ZQ", "DEU", "NLD", "Netherlands", "D1", "E ", " A"}) {
    EXPECT_FALSE(is_country(text)) << text;
  }
}

struct RegionCase {
  const char* country;
  const char* written;
  const char* code;
  bool known;
};

const RegionCase kRegions[] = {
    {"US", "ME", "ME", true},        {"US", "me", "ME", true},
    {"US", " US-ME ", "ME", true},   {"US", "Maine", "ME", true},
    {"US", "us-maine", "ME", true},  {"US", "NEW YORK", "NY", true},
    {"US", "ZZ", "ZZ", false},       {"US", "H.I.", "H.I.", false},
    {"US", "", "", false},           {"CA", "Québec", "QC", true},
    {"CA", "Maine", "MAINE", false}, {"IN", "Maharashtra", "MH", true},
    {"IN", "OD", "OR", true},        {"AU", "new south wales", "NSW", true},
    {"DE", "BE", "BE", true},        {"DE", "Berlin", "BERLIN", false},
    {"FR", "75", "75", true},        {"AQ", "X", "X", false},
    {"XX", "ME", "ME", false},       {"US", "M", "M", false},
    {"US", "ME MI", "ME MI", false}, {"US", "AL", "AL", true},
    {"US", "WY", "WY", true},        {"MW", "CK", "CK", true},
    {"MX", "GR", "GR", false},       {"MX", "ZAC", "ZAC", true},
};

TEST(Country, RegionsAreComparedByTheirCodes) {
  for (const RegionCase& row : kRegions) {
    EXPECT_EQ(region_code(row.country, row.written), row.code) << row.country << " " << row.written;
    EXPECT_EQ(is_region(row.country, row.code), row.known) << row.country << " " << row.code;
  }
}

}  // namespace
}  // namespace kassa
