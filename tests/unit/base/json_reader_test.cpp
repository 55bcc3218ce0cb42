#include <gtest/gtest.h>

#include <limits>

#include "services/base/json.hpp"

namespace kassa {
namespace {

constexpr auto kIntegerMax = std::numeric_limits<std::int64_t>::max();
constexpr auto kIntegerMin = std::numeric_limits<std::int64_t>::min();

class ObjectReaderTest : public ::testing::Test {
 protected:
  json::value document = parse_json(R"({
    "text": "caf\u00e9", "int": 7, "negative": -7, "whole_double": 10.0, "exponent": 1e1, "fraction": 10.5,
    "huge": 18446744073709551615, "max": 9223372036854775807, "yes": true, "nothing": null,
    "list": [1, 2], "object": {"a": 1}, "a/b~c": 1, "zero": 0, "number_in_text": "7"
  })")
                             .value();
  std::vector<Problem> problems;
  ObjectReader reader{document.as_object(), "/root", problems};

  std::string last_code() const { return problems.empty() ? "" : problems.back().code; }
};

TEST_F(ObjectReaderTest, reads_members_of_the_right_type) {
  EXPECT_EQ(reader.text("text", 5), "caf\xc3\xa9");
  EXPECT_EQ(reader.integer("int", 7, 7), 7);
  EXPECT_EQ(reader.integer("negative", kIntegerMin, 0), -7);
  EXPECT_EQ(reader.integer("max", kIntegerMin, kIntegerMax), kIntegerMax);
  EXPECT_EQ(reader.boolean("yes"), true);
  ASSERT_NE(reader.object("object"), nullptr);
  EXPECT_EQ(reader.object("object")->size(), 1U);
  ASSERT_NE(reader.array("list", 2), nullptr);
  EXPECT_EQ(reader.array("list", 2)->size(), 2U);
  for (const auto* key : {"text", "int", "zero", "object"}) reader.require(key);
  EXPECT_TRUE(problems.empty());
}

TEST_F(ObjectReaderTest, reads_absent_and_null_as_nothing) {
  for (const auto* key : {"nothing", "absent"}) {
    EXPECT_EQ(reader.text(key, 10), std::nullopt);
    EXPECT_EQ(reader.integer(key, 0, 10), std::nullopt);
    EXPECT_EQ(reader.boolean(key), std::nullopt);
    EXPECT_EQ(reader.object(key), nullptr);
    EXPECT_EQ(reader.array(key, 10), nullptr);
  }
  EXPECT_TRUE(problems.empty());
  EXPECT_TRUE(reader.has("nothing"));
  EXPECT_TRUE(reader.is_null("nothing"));
  EXPECT_FALSE(reader.has("absent"));
  EXPECT_FALSE(reader.is_null("absent"));
  EXPECT_FALSE(reader.is_null("int"));
  reader.require("nothing");
  reader.require("absent");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].code, "required");
  EXPECT_EQ(problems[1].path, "/root/absent");
}

TEST_F(ObjectReaderTest, refuses_numbers_that_are_not_whole_or_not_in_range) {
  const struct {
    const char* key;
    std::int64_t min;
    std::int64_t max;
    const char* code;
  } kCases[] = {
      {"whole_double", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"exponent", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"fraction", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"number_in_text", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"yes", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"list", kIntegerMin, kIntegerMax, "type_mismatch"},
      {"huge", kIntegerMin, kIntegerMax, "out_of_range"},
      {"int", 8, 10, "out_of_range"},
      {"int", 0, 6, "out_of_range"},
      {"negative", 0, kIntegerMax, "out_of_range"},
  };
  for (const auto& row : kCases) {
    problems.clear();
    EXPECT_EQ(reader.integer(row.key, row.min, row.max), std::nullopt) << row.key;
    EXPECT_EQ(last_code(), row.code) << row.key;
  }
}

TEST_F(ObjectReaderTest, collects_every_fault_at_once) {
  EXPECT_EQ(reader.text("text", 4), std::nullopt);
  EXPECT_EQ(last_code(), "too_long");
  EXPECT_EQ(reader.text("int", 10), std::nullopt);
  EXPECT_EQ(last_code(), "type_mismatch");
  EXPECT_EQ(reader.boolean("zero"), std::nullopt);
  EXPECT_EQ(last_code(), "type_mismatch");
  EXPECT_EQ(reader.object("list"), nullptr);
  EXPECT_EQ(last_code(), "type_mismatch");
  EXPECT_EQ(reader.array("object", 10), nullptr);
  EXPECT_EQ(last_code(), "type_mismatch");
  EXPECT_EQ(reader.array("list", 1), nullptr);
  EXPECT_EQ(last_code(), "too_many");
  reader.fault("int", "unlucky", "Seven.", "Try eight.");
  EXPECT_EQ(last_code(), "unlucky");
  ASSERT_EQ(problems.size(), 7U);
  EXPECT_EQ(problems[0].path, "/root/text");
  EXPECT_EQ(problems[6].hint, "Try eight.");
}

TEST_F(ObjectReaderTest, escapes_keys_in_json_pointers) {
  EXPECT_EQ(reader.path_of("a/b~c"), "/root/a~1b~0c");
  EXPECT_EQ(reader.path_of(""), "/root/");
  EXPECT_EQ(ObjectReader(document.as_object(), "", problems).path_of("x"), "/x");
}

}  // namespace
}  // namespace kassa
