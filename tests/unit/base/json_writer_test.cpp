#include "services/base/json_writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "services/base/json.hpp"

namespace kassa {
namespace {

std::string written(const std::function<void(JsonWriter&)>& write) {
  JsonWriter json(1);  // So that it grows at every step.
  write(json);
  return json.text();
}

TEST(JsonWriter, puts_commas_between_values_and_nowhere_else) {
  EXPECT_EQ(written([](JsonWriter&) {}), "");
  EXPECT_EQ(written([](JsonWriter& json) { json.number(std::numeric_limits<std::int64_t>::min()); }),
            "-9223372036854775808");
  const std::string text = written([](JsonWriter& json) {
    json.begin_object();
    json.key("empty");
    json.begin_object();
    json.end_object();
    json.key(std::string_view("none"));
    json.begin_array();
    json.end_array();
    json.member("text", "a,");
    json.member(std::string_view("number"), 7);
    json.optional_member("absent", "");
    json.optional_member(std::string_view("absent"), "");
    json.key("list");
    json.begin_array();
    json.text("");
    json.null();
    json.boolean(true);
    json.raw("[1,2]");
    json.begin_array();
    json.number(0);
    json.end_array();
    json.end_array();
    json.end_object();
  });
  EXPECT_EQ(text, R"({"empty":{},"none":[],"text":"a,","number":7,"list":["",null,true,[1,2],[0]]})");
}

RC_GTEST_PROP(JsonWriter, every_text_is_read_back_as_it_was, (const std::vector<std::string>& texts)) {
  const std::string text = written([&](JsonWriter& json) {
    json.begin_array();
    for (std::string value : texts) {
      for (char& c : value) c = static_cast<char>(c & 0x7f);  // Whatever it was, now it is UTF-8.
      json.text(value);
    }
    json.end_array();
  });
  const json::value read = boost::json::parse(text);
  RC_ASSERT(read.as_array().size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string expected = texts[i];
    for (char& c : expected) c = static_cast<char>(c & 0x7f);
    RC_ASSERT(read.as_array()[i].as_string() == expected);
  }
}

TEST(JsonWriter, writes_a_tree_as_it_is) {
  const std::string_view text =
      R"({"a":{"b":[1,-2,18446744073709551615,true,null,{}]},"quo\"te":"line\nfeed","half":5E-1,"none":[]})";
  const json::value tree = boost::json::parse(text);
  const std::string again = written([&](JsonWriter& json) { write_value(json, tree); });
  EXPECT_EQ(boost::json::parse(again), tree) << again;
  EXPECT_EQ(again, boost::json::serialize(tree));
}

}  // namespace
}  // namespace kassa
