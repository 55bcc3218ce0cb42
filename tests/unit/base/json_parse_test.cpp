#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <span>

#include "services/base/json.hpp"
#include "services/base/limits.hpp"

namespace kassa {
namespace {

using namespace std::string_literals;

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string elements(std::size_t count) { return "[" + repeat("0,", count - 1) + "0]"; }

std::string members(std::size_t count, std::string_view last_key) {
  std::string text = "{";
  for (std::size_t i = 0; i + 1 < count; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  return text.append("\"").append(last_key).append("\":0}");
}

struct TextCase {
  const char* name;
  std::string text;
};

void expect_refused(std::span<const TextCase> cases) {
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    const auto value = parse_json(row.text);
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, Errc::kMalformedJson);
    EXPECT_FALSE(value.error().detail.empty());
  }
}

TEST(ParseJson, refuses_documents_that_break_the_grammar) {
  const TextCase kRefused[] = {
      {"nothing", ""},
      {"only white space", " \n\t"},
      {"byte order mark", "\xef\xbb\xbf{}"},
      {"two documents", "{} {}"},
      {"trailing garbage", "{}x"},
      {"trailing NUL", "{}\0"s},
      {"leading NUL", "\0{}"s},
      {"unfinished object", "{\"a\":1"},
      {"unfinished array", "[1,2"},
      {"unfinished text", "\"abc"},
      {"unfinished escape", "\"\\"},
      {"unfinished word", "tru"},
      {"word with a tail", "nullx"},
      {"capital word", "True"},
      {"not a number", "NaN"},
      {"infinity", "Infinity"},
      {"minus infinity", "-Infinity"},
      {"single quotes", "{'a':1}"},
      {"bare key", "{a:1}"},
      {"number as key", "{1:1}"},
      {"missing colon", "{\"a\" 1}"},
      {"missing value", "{\"a\":}"},
      {"missing comma", "[1 2]"},
      {"trailing comma in an array", "[1,]"},
      {"trailing comma in an object", "{\"a\":1,}"},
      {"leading comma", "[,1]"},
      {"line comment", "[1] // one"},
      {"block comment", "[/* one */ 1]"},
      {"crossed brackets", "[{]}"},
      {"form feed as white space", "[\f1]"},
      {"no-break space as white space", "[\xc2\xa0"s + "1]"},
  };
  expect_refused(kRefused);
}

TEST(ParseJson, refuses_numbers_outside_the_grammar_or_the_range) {
  const TextCase kRefused[] = {
      {"plus sign", "+1"},
      {"only a minus", "-"},
      {"leading zero", "01"},
      {"negative leading zero", "-01"},
      {"nothing before the point", ".5"},
      {"nothing after the point", "1."},
      {"nothing after the exponent", "1e"},
      {"hexadecimal", "0x10"},
      {"underscore", "1_000"},
      {"too large", "1e400"},
      {"too small", "-1e400"},
      {"far too large", "1e99999999999"},
      {"too large without an exponent", "1" + repeat("0", 400)},
  };
  expect_refused(kRefused);
}

TEST(ParseJson, refuses_text_that_is_not_clean_unicode) {
  const TextCase kRefused[] = {
      {"unknown escape", R"("\x41")"},
      {"short unicode escape", R"("\u12")"},
      {"bad unicode escape", R"("\u12G4")"},
      {"raw line feed in text", "\"a\nb\""},
      {"raw tab in text", "\"a\tb\""},
      {"raw control character in text", "\"\x01\""},
      {"raw NUL in text", "\"a\0b\""s},
      {"escaped NUL in text", R"("a\u0000b")"},
      {"escaped NUL in a key", R"({"a\u0000":1})"},
      {"NUL after an escape", R"("\n\u0000")"},
      {"lone high surrogate", R"("\ud800")"},
      {"lone low surrogate", R"("\udc00")"},
      {"high surrogate then text", R"("\ud800abc")"},
      {"high surrogate then another escape", R"("\ud800\n")"},
      {"high surrogate then a plain code point", R"("\ud800\u0041")"},
      {"two high surrogates", R"("\ud800\ud800")"},
      {"surrogates swapped", R"("\udc00\ud800")"},
      {"lone surrogate in a key", R"({"\udfff":1})"},
      {"raw surrogate", "\"\xed\xa0\x80\""},
      {"raw surrogate pair", "\"\xed\xa0\xbd\xed\xb8\x80\""},
      {"overlong slash", "\"\xc0\xaf\""},
      {"overlong NUL", "\"\xc0\x80\""},
      {"overlong in three bytes", "\"\xe0\x80\xaf\""},
      {"past the last code point", "\"\xf4\x90\x80\x80\""},
      {"byte FF", "\"\xff\""},
      {"continuation alone", "\"\x80\""},
      {"sequence cut by the quote", "\"\xe2\x82\""},
      {"invalid UTF-8 in a key", "{\"\xff\":1}"},
      {"Latin-1", "\"caf\xe9\""},
      {"UTF-16", "[\0\"\0a\0\"\0]\0"s},
  };
  expect_refused(kRefused);
}

TEST(ParseJson, refuses_a_member_that_appears_twice) {
  const TextCase kRefused[] = {
      {"side by side", R"({"a":1,"a":1})"},
      {"apart", R"({"a":1,"b":2,"a":3})"},
      {"equal after unescaping", R"({"a":1,"\u0061":2})"},
      {"equal after unescaping a pair", "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"},
      {"empty key", R"({"":1,"":2})"},
      {"inside an object", R"({"x":{"a":1,"a":2}})"},
      {"inside an array", R"([{"a":1},{"b":1,"b":2}])"},
      {"around an inner object", R"({"a":{"a":{}},"a":2})"},
      {"after an inner object with many members", R"({"a":1,"b":)" + members(100, "z") + R"(,"a":2})"},
      {"first and last of many", members(1000, "k0")},
      {"middle and last of many", members(1000, "k500")},
      {"last two of many", members(1000, "k998")},
      {"just within the scan", members(16, "k3")},
      {"just beyond the scan", members(17, "k3")},
  };
  for (const auto& row : kRefused) {
    SCOPED_TRACE(row.name);
    const auto value = parse_json(row.text);
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, Errc::kMalformedJson);
    EXPECT_NE(value.error().detail.find("twice"), std::string::npos) << value.error().detail;
  }
}

TEST(ParseJson, keeps_to_its_limits) {
  const auto half = limits::kJsonMembersMax / 2;
  const struct {
    const char* name;
    std::string text;
    bool accepted;
  } kCases[] = {
      {"deepest arrays", repeat("[", 16) + repeat("]", 16), true},
      {"one array too deep", repeat("[", 17) + repeat("]", 17), false},
      {"deepest objects", repeat("{\"a\":", 15) + "{}" + repeat("}", 15), true},
      {"one object too deep", repeat("{\"a\":", 16) + "{}" + repeat("}", 16), false},
      {"one too deep, mixed", repeat("[{\"a\":", 8) + "[]" + repeat("}]", 8), false},
      {"hundred thousand brackets", repeat("[", 100'000), false},
      {"most elements", elements(limits::kJsonMembersMax), true},
      {"one element too many", elements(limits::kJsonMembersMax + 1), false},
      {"most members", members(limits::kJsonMembersMax, "z"), true},
      {"one member too many", members(limits::kJsonMembersMax + 1, "z"), false},
      {"most in two arrays", "[" + elements(half - 1) + "," + elements(half - 1) + "]", true},
      {"one too many in two arrays", "[" + elements(half) + "," + elements(half - 1) + "]", false},
      {"most empty objects", "[" + repeat("{},", limits::kJsonMembersMax - 1) + "{}]", true},
      {"one empty object too many", "[" + repeat("{},", limits::kJsonMembersMax) + "{}]", false},
      {"a long text", "\"" + repeat("x", 60'000) + "\"", true},
      {"a long text of escapes", "\"" + repeat("\\u00e9", 10'000) + "\"", true},
      {"a long key", "{\"" + repeat("\\n", 30'000) + "\":1}", true},
      {"a long number", "0." + repeat("3", 60'000), true},
  };
  for (const auto& row : kCases) EXPECT_EQ(parse_json(row.text).has_value(), row.accepted) << row.name;
}

TEST(ParseJson, reads_every_kind_of_value) {
  const auto value = parse_json(
      " {\"null\":null,\"yes\":true,\"no\":false,\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac\","
      "\"pair\":\"\\ud83d\\ude00\",\"raw\":\"\xe2\x82\xac\x7f\","
      "\"list\":[1,[],{}],\"\":{\"a\":{\"a\":1}}} \n");
  ASSERT_TRUE(value.has_value());
  const json::object& object = value.value().as_object();
  EXPECT_EQ(object.size(), 8U);
  EXPECT_TRUE(object.at("null").is_null());
  EXPECT_TRUE(object.at("yes").as_bool());
  EXPECT_FALSE(object.at("no").as_bool());
  EXPECT_EQ(object.at("text").as_string(), "\"\\/\b\f\n\r\t\xe2\x82\xac");
  EXPECT_EQ(object.at("pair").as_string(), "\xf0\x9f\x98\x80");
  EXPECT_EQ(object.at("raw").as_string(), "\xe2\x82\xac\x7f");
  EXPECT_EQ(object.at("list").as_array().size(), 3U);
  EXPECT_EQ(object.at("").as_object().at("a").as_object().at("a").as_int64(), 1);
  for (const auto* text : {"null", "true", "0", "\"\"", "[]", "{}"}) EXPECT_TRUE(parse_json(text)) << text;
}

TEST(ParseJson, lets_different_objects_share_member_names) {
  EXPECT_TRUE(parse_json(R"([{"a":1,"b":{"a":1,"b":2}},{"a":1,"b":2}])"));
  EXPECT_TRUE(parse_json(R"({"a":1,"A":1,"a ":1,"\u0061\u0301":1,"\u00e1":1})"));
}

TEST(ParseJson, keeps_whole_numbers_exact_and_rounds_the_others_once) {
  const struct {
    const char* name;
    std::string text;
    json::value value;
  } kCases[] = {
      {"zero", "0", std::int64_t{0}},
      {"minus zero", "-0", std::int64_t{0}},
      {"beyond 2^53", "9007199254740993", std::int64_t{9007199254740993}},
      {"largest int64", "9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"smallest int64", "-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"just past int64", "9223372036854775808", std::uint64_t{9223372036854775808U}},
      {"largest uint64", "18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
      {"just past uint64", "18446744073709551616", 18446744073709551616.0},
      {"just past int64 downwards", "-9223372036854775809", -9223372036854775808.0},
      {"a fraction", "10.5", 10.5},
      {"a whole double stays a double", "10.0", 10.0},
      {"an exponent makes a double", "1e2", 100.0},
      {"capital exponent with a plus", "-2.5E+3", -2500.0},
      {"smallest double", "5e-324", 5e-324},
      {"largest double", "1.7976931348623157e308", 1.7976931348623157e308},
      {"halfway above 2^53 to even", "9007199254740993.0", 9007199254740992.0},
      {"a hard case for two roundings", "1.7339253062092163730578609458683877051596e-309",
       1.7339253062092163730578609458683877051596e-309},
      {"another", "2.2250738585072011e-308", 2.2250738585072011e-308},
      {"underflow is zero", "1e-400", 0.0},
      {"a long detour to one", "1" + repeat("0", 400) + "e-400", 1.0},
      {"many digits", "0.1000000000000000055511151231257827021181583404541015625000001", 0.1},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    const auto value = parse_json(row.text);
    ASSERT_TRUE(value.has_value()) << value.error().detail;
    ASSERT_EQ(value.value().kind(), row.value.kind());
    EXPECT_EQ(value.value(), row.value);
  }
  EXPECT_TRUE(std::signbit(parse_json("-0.0").value().as_double()));
}

TEST(ParseJson, says_where_a_document_breaks_without_quoting_it) {
  const auto value = parse_json(R"({"secret":"hunter2","secret":1})");
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().detail, "a member appears twice in one object at byte 30");
  EXPECT_EQ(parse_json({}).error().code, Errc::kMalformedJson);
  EXPECT_EQ(parse_json("[1,2] x").error().detail.substr(0, 10), "extra data");
}

}  // namespace
}  // namespace kassa
