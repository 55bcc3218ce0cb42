#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/catalog/plain_text.hpp"
#include "services/catalog/search_cursor.hpp"

namespace kassa::catalog {
namespace {

struct HtmlCase {
  const char* name;
  std::string html;
  std::string plain;
};

const HtmlCase kHtmlCases[] = {
    {"plain text stays", "5 < 6 & 7", "5 < 6 & 7"},
    {"tags go", "<p>One<br/>two</p>", "One two"},
    {"entities are resolved", "<b>a &amp; b&nbsp;&#8364;&#x20ac; &unknown; &</b>", "a & b €€ &unknown; &"},
    {"scripts and styles go", "<style>p{}</style>a<script>if (1<2) b()</script>c", "a c"},
    {"comments go", "a<!-- <b>no</b> -->b<i></i>", "a b"},
    {"an open tag ends the text", "a<b>c</b><img src=", "a c"},
    {"a lone script ends the text", "a<script>never", "a"},
};

TEST(PlainText, shows_what_a_reader_sees) {
  for (const HtmlCase& row : kHtmlCases) EXPECT_EQ(plain_text(row.html), row.plain) << row.name;
}

RC_GTEST_PROP(PlainText, takes_anything, (const std::string& text)) {
  RC_ASSERT(plain_text("<p>" + text).size() <= text.size() * 4 + 3);
}

RC_GTEST_PROP(SearchCursor, reads_what_was_written_for_this_search_alone, (const std::string& text)) {
  CatalogQuery query;
  query.text = *rc::gen::string<std::string>();
  query.currency = *Currency::from_code("EUR");
  SearchCursor cursor;
  cursor.place = {*rc::gen::inRange(0, 3), *rc::gen::inRange<std::int64_t>(0, 1'000'000)};
  cursor.product = "some product 9";
  cursor.total = *rc::gen::inRange<std::int64_t>(0, 1'000);
  const std::string written = write_cursor(StoreId{"s1"}, query, cursor);
  const auto read = read_cursor(StoreId{"s1"}, query, written);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->place == cursor.place);
  RC_ASSERT(read->product == cursor.product);
  RC_ASSERT(read->total == cursor.total);
  RC_ASSERT(!read_cursor(StoreId{"s2"}, query, written));
  RC_ASSERT(!read_cursor(StoreId{"s1"}, query, text));
  query.text += "x";
  RC_ASSERT(!read_cursor(StoreId{"s1"}, query, written));
}

}  // namespace
}  // namespace kassa::catalog
