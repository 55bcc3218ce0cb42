#include "services/catalog/csv.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct CsvRead {
  Rows rows;
  std::vector<std::int64_t> lines;
  std::vector<std::string> faults;
  std::int64_t lines_total{};
};

CsvRead read_csv(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  CsvRecord record;
  CsvRead result;
  while (reader.next(record)) {
    result.rows.push_back(record.fields);
    result.lines.push_back(record.line);
    result.faults.emplace_back(record.fault);
  }
  result.lines_total = reader.lines();
  return result;
}

struct CsvCase {
  const char* name;
  std::string text;
  Rows rows;
  std::vector<std::int64_t> lines;
};

const CsvCase kCsvCases[] = {
    {"an empty file has no record", "", {}, {}},
    {"the last line needs no end", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}, {1, 2}},
    {"CRLF, LF and CR all end a line", "a\r\nb\nc\rd", {{"a"}, {"b"}, {"c"}, {"d"}}, {1, 2, 3, 4}},
    {"a byte order mark is skipped",
     "\xef\xbb\xbf"
     "a,b\n",
     {{"a", "b"}},
     {1}},
    {"a quoted comma is text", "\"a,b\",c\n", {{"a,b", "c"}}, {1}},
    {"a doubled quote is one quote", "\"say \"\"hi\"\"\"\n", {{"say \"hi\""}}, {1}},
    {"line breaks inside quotes are text and count as lines",
     "\"a\nb\r\nc\",x\ny,z\n",
     {{"a\nb\r\nc", "x"}, {"y", "z"}},
     {1, 4}},
    {"empty fields stay", ",,\n\"\",\n", {{"", "", ""}, {"", ""}}, {1, 2}},
    {"a blank line is one empty field", "a\n\nb\n", {{"a"}, {""}, {"b"}}, {1, 2, 3}},
    {"spaces belong to the field", " a , b\n", {{" a ", " b"}}, {1}},
};

class CsvCases : public testing::TestWithParam<CsvCase> {};

TEST_P(CsvCases, read_as_expected) {
  const CsvRead result = read_csv(GetParam().text);
  EXPECT_EQ(result.rows, GetParam().rows) << GetParam().name;
  EXPECT_EQ(result.lines, GetParam().lines) << GetParam().name;
  for (const std::string& fault : result.faults) EXPECT_EQ(fault, "") << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Rfc4180, CsvCases, testing::ValuesIn(kCsvCases));

TEST(Csv, faults_are_named_and_reading_goes_on) {
  EXPECT_EQ(read_csv("a\"b,c\nd,e\n").faults, (std::vector<std::string>{"stray_quote", ""}));
  EXPECT_EQ(read_csv("\"a\"b,c\nd\n").faults, (std::vector<std::string>{"text_after_quote", ""}));
  EXPECT_EQ(read_csv("a\n\"b\nc\n").faults, (std::vector<std::string>{"", "unterminated_quote"}));
  EXPECT_EQ(read_csv("a\n\"b\nc\n").lines, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(read_csv(std::string("a\0b\n", 4)).faults, (std::vector<std::string>{"nul_byte"}));
  EXPECT_EQ(read_csv("caf\xe9\nok\n").faults, (std::vector<std::string>{"not_utf8", ""}));
  EXPECT_EQ(read_csv("\"" + std::string(kCsvFieldBytesMax + 1, 'x') + "\"\nok\n").faults,
            (std::vector<std::string>{"field_too_long", ""}));
  EXPECT_EQ(read_csv(std::string(kCsvFieldsMax, ',') + "\nok\n").faults,
            (std::vector<std::string>{"too_many_fields", ""}));
}

TEST(Csv, lines_are_counted_to_the_end_of_the_file) {
  EXPECT_EQ(read_csv("").lines_total, 0);
  EXPECT_EQ(read_csv("a\nb\n").lines_total, 2);
  EXPECT_EQ(read_csv("a\nb").lines_total, 2);
  EXPECT_EQ(read_csv("a\r\n\"b\r\nc\"\r\n").lines_total, 3);
}

TEST(Csv, fields_longer_than_the_buffer_are_whole) {
  std::string field(200'000, 'x');
  for (std::size_t i = 0; i < field.size(); i += 97) field[i] = '\n';
  const CsvRead result = read_csv("\"" + field + "\",end\nnext,row\n");
  EXPECT_EQ(result.rows, (Rows{{field, "end"}, {"next", "row"}}));
  EXPECT_EQ(result.lines.back(), 2 + std::count(field.begin(), field.end(), '\n'));
}

std::string quoted(const std::string& field, bool always) {
  if (!always && field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string result = "\"";
  for (const char c : field) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

RC_GTEST_PROP(Csv, what_is_written_is_read_back, ()) {
  const auto letter = rc::gen::elementOf(std::string("ab,\"\r\n '\t"));
  const auto field = rc::gen::container<std::string>(letter);
  const auto rows = *rc::gen::nonEmpty(
      rc::gen::container<Rows>(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field))));
  const bool always = *rc::gen::arbitrary<bool>();
  const std::string end = *rc::gen::element(std::string("\n"), std::string("\r\n"));
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + quoted(row[i], always);
    text += end;
  }
  const CsvRead result = read_csv(text);
  RC_ASSERT(result.rows == rows);
  for (const std::string& fault : result.faults) RC_ASSERT(fault.empty());
}

RC_GTEST_PROP(Csv, any_bytes_end_and_are_never_called_sound_when_they_are_not_utf8, (const std::string& bytes)) {
  const CsvRead result = read_csv(bytes);
  bool sound = true;
  for (const std::string& fault : result.faults) sound = sound && fault.empty();
  if (sound) RC_ASSERT(is_utf8(bytes));
}

}  // namespace
}  // namespace kassa::catalog
