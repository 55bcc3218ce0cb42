#include "services/protocol/structured_fields.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kassa::protocol {
namespace {

struct DictionaryCase {
  const char* name;
  const char* field;
  bool readable;
};

class Dictionaries : public testing::TestWithParam<DictionaryCase> {};

TEST_P(Dictionaries, reads_or_refuses) {
  EXPECT_EQ(parse_dictionary(GetParam().field).has_value(), GetParam().readable) << GetParam().field;
}

const DictionaryCase kDictionaryCases[] = {
    {"empty", "", true},
    {"only_spaces", "   ", true},
    {"one_string", R"(profile="https://a.example/p")", true},
    {"parameter", R"(profile="..."; version="2026-04-08")", true},
    {"tab_around_comma", "a=1\t,\tb=2", true},
    {"bare_key_is_true", "a, b;x", true},
    {"inner_list", R"(sig1=("@method" "@path";req);created=1;keyid="k")", true},
    {"bytes", "sig1=:AQI=:", true},
    {"decimal", "a=-1.5", true},
    {"token_with_colon", "a=b:c/d", true},
    {"trailing_comma", "a=1,", false},
    {"leading_comma", ",a=1", false},
    {"two_commas", "a=1,,b=2", false},
    {"capital_key", "Profile=\"x\"", false},
    {"unclosed_string", R"(a="x)", false},
    {"escape_of_nothing", "a=\"\\", false},
    {"escape_of_a_letter", R"(a="\n")", false},
    {"control_in_string", "a=\"x\x01\"", false},
    {"high_byte_in_string", "a=\"\xc3\xa4\"", false},
    {"nothing_after_equals", "a=", false},
    {"unclosed_list", "a=(1 2", false},
    {"list_without_spaces", "a=(1\"x\")", false},
    {"nested_list", "a=((1))", false},
    {"sixteen_digits", "a=1234567890123456", false},
    {"fifteen_digits", "a=-123456789012345", true},
    {"four_fraction_digits", "a=1.2345", false},
    {"minus_alone", "a=-", false},
    {"date_is_no_number", "version=2026-04-08", false},
    {"bad_base64", "a=:A:", false},
    {"unclosed_bytes", "a=:AQI=", false},
    {"boolean_two", "a=?2", false},
    {"space_before_equals", "a =1", false},
    {"newline", "a=1\nb=2", false},
    {"just_garbage", "%%%", false},
};
INSTANTIATE_TEST_SUITE_P(All, Dictionaries, testing::ValuesIn(kDictionaryCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StructuredFields, keep_values_and_parameters) {
  const auto members = parse_dictionary(R"(profile="a\"b\\c";version="1";q, n=-12, sig=("x" y;z=?0);k=:AQI=:, d=2.50)");
  ASSERT_TRUE(members);
  const FieldMember* profile = find_member(*members, "profile");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(profile->items.front().value.text, "a\"b\\c");
  EXPECT_EQ(find_parameter(profile->parameters, "version")->text, "1");
  EXPECT_TRUE(find_parameter(profile->parameters, "q")->boolean);
  EXPECT_EQ(find_parameter(profile->parameters, "absent"), nullptr);
  EXPECT_EQ(find_member(*members, "n")->items.front().value.integer, -12);
  EXPECT_EQ(find_member(*members, "d")->items.front().value.text, "2.50");
  const FieldMember* sig = find_member(*members, "sig");
  ASSERT_TRUE(sig->inner_list);
  ASSERT_EQ(sig->items.size(), 2U);
  EXPECT_EQ(sig->items[1].value.kind, BareKind::kToken);
  EXPECT_FALSE(find_parameter(sig->items[1].parameters, "z")->boolean);
  EXPECT_EQ(find_parameter(sig->parameters, "k")->text, std::string("\x01\x02"));
}

TEST(StructuredFields, last_value_of_a_key_wins_in_its_first_place) {
  const auto members = parse_dictionary("a=1, b=2, a=3");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ(members->front().items.front().value.integer, 3);
}

RC_GTEST_PROP(StructuredFields, never_break_on_any_bytes, (const std::string& text)) {
  static_cast<void>(parse_dictionary(text));
  static_cast<void>(parse_dictionary("a=" + text));
}

}  // namespace
}  // namespace kassa::protocol
