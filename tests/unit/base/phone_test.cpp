#include "services/base/phone.hpp"

#include <gtest/gtest.h>

namespace kassa {
namespace {

TEST(Phone, spellings_of_one_number_are_one_text) {
  struct Case {
    const char* text;
    const char* country;
    const char* normal;
  };
  const Case cases[] = {
      {"+49 (0)171 123-45", "", "4917112345"},  {"0049 17112345", "", "4917112345"},
      {"0171/12345", "DE", "4917112345"},       {"+49 171 12345 ext. 7", "FR", "4917112345"},
      {"(217) 555-0100", "US", "12175550100"},  {"1 217 555 0100", "US", "12175550100"},
      {"011 49 171 12345", "US", "4917112345"}, {"+1 217 555 0100", "DE", "12175550100"},
      {"06 1234 5678", "IT", "390612345678"},   {"8 912 345-67-89", "RU", "79123456789"},
      {"06 1 234 5678", "HU", "3612345678"},    {"0171 12345", "", "017112345"},
      {"0171 12345", "XX", "017112345"},        {"0171 12345", "de", "017112345"},
      {"07911 123456", "GB", "447911123456"},   {"(+49) 171 12345", "", "4917112345"},
  };
  for (const Case& c : cases) EXPECT_EQ(normal_phone(c.text, c.country), c.normal) << c.text << " in " << c.country;
}

TEST(Phone, what_nobody_can_dial_is_none) {
  for (const char* const text : {"", " ", "+", "none", "12", "call 555", "123456789012345678901", "(", "+("}) {
    EXPECT_EQ(normal_phone(text, ""), "") << text;
    EXPECT_EQ(normal_phone(text, "DE"), "") << text;
  }
}

}  // namespace
}  // namespace kassa
