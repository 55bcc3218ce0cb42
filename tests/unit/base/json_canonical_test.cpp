#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"

namespace kassa {
namespace {

std::string canonical(std::string_view text) { return canonical_json(parse_json(text).value()); }

TEST(CanonicalJson, writes_numbers_as_in_appendix_b_of_rfc_8785) {
  const struct {
    std::uint64_t bits;
    const char* text;
  } kCases[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& row : kCases) EXPECT_EQ(canonical_json(std::bit_cast<double>(row.bits)), row.text);
}

TEST(CanonicalJson, has_no_form_for_infinity_and_nan) {
  EXPECT_THROW((void)canonical_json(std::numeric_limits<double>::infinity()), InvariantBroken);
  EXPECT_THROW((void)canonical_json(-std::numeric_limits<double>::infinity()), InvariantBroken);
  EXPECT_THROW((void)canonical_json(std::numeric_limits<double>::quiet_NaN()), InvariantBroken);
}

TEST(CanonicalJson, equals_the_examples_of_rfc_8785) {
  EXPECT_EQ(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(canonical(R"({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })"),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
            "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
            "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
            "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(CanonicalJson, writes_one_form_for_each_value) {
  const struct {
    const char* name;
    const char* text;
    const char* canonical;
  } kCases[] = {
      {"white space goes", " [ 1 , 2 ] ", "[1,2]"},
      {"empty containers", "{ \"b\" : [ ] , \"a\" : { } }", "{\"a\":{},\"b\":[]}"},
      {"a prefix comes first", R"({"ab":1,"a":2,"":3,"abc":4})", R"({"":3,"a":2,"ab":1,"abc":4})"},
      {"upper case before lower case", R"({"a":1,"B":2})", R"({"B":2,"a":1})"},
      {"digits as text, not as numbers", R"({"10":1,"9":2})", R"({"10":1,"9":2})"},
      {"private use after surrogates", R"({"\ue000":1,"\ud800\udc00":2,"\ud7ff":3})",
       "{\"\xed\x9f\xbf\":3,\"\xf0\x90\x80\x80\":2,\"\xee\x80\x80\":1}"},
      {"order inside nested objects", R"([{"b":{"d":1,"c":2},"a":3}])", R"([{"a":3,"b":{"c":2,"d":1}}])"},
      {"short escapes", R"("\u0008\u0009\u000a\u000c\u000d\u0022\u005c")", R"("\b\t\n\f\r\"\\")"},
      {"other controls in lower case", R"("\u0001\u001F\u000B")", R"("\u0001\u001f\u000b")"},
      {"solidus and DEL stay", "\"\\/\\u007f\"", "\"/\x7f\""},
      {"one number in three spellings", "[10, 10.0, 1e1]", "[10,10,10]"},
      {"minus zero", "[-0, -0.0, 0e5]", "[0,0,0]"},
      {"integers keep all digits", "[9007199254740993, 18446744073709551615]",
       "[9007199254740993,18446744073709551615]"},
      {"small fractions", "[0.00001, 0.000001, 0.0000001, 1.5e-7]", "[0.00001,0.000001,1e-7,1.5e-7]"},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(canonical(row.text), row.canonical);
    EXPECT_EQ(canonical(row.canonical), row.canonical);
  }
}

}  // namespace
}  // namespace kassa
