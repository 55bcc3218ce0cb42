#include "services/catalog/cell.hpp"

#include <gtest/gtest.h>

namespace kassa::catalog {
namespace {

Currency currency(std::string_view code) { return *Currency::from_code(code); }

struct PriceCase {
  const char* name;
  const char* text;
  const char* code;
  std::optional<std::int64_t> amount;
};

const PriceCase kPrices[] = {
    {"two digits", "12.50", "USD", 1250},
    {"one digit", "12.5", "USD", 1250},
    {"no digits", "12", "USD", 1200},
    {"zero is a price", "0.00", "USD", 0},
    {"spaces around it", " 3.99 ", "USD", 399},
    {"zeros past the currency's digits", "12.5000", "USD", 1250},
    {"zeros in a currency without digits", "1200.00", "JPY", 1200},
    {"three digits where the currency has them", "1.234", "KWD", 1234},
    {"a third digit that matters is refused", "12.345", "USD", std::nullopt},
    {"half a yen is refused", "12.5", "JPY", std::nullopt},
    {"a sign is refused", "-1.00", "USD", std::nullopt},
    {"a symbol is refused", "$1.00", "USD", std::nullopt},
    {"a thousands comma is refused", "1,200.00", "USD", std::nullopt},
    {"an exponent is refused", "1e3", "USD", std::nullopt},
    {"nothing before the point is refused", ".50", "USD", std::nullopt},
    {"nothing after the point is refused", "5.", "USD", std::nullopt},
    {"nothing is refused", "", "USD", std::nullopt},
    {"more than the limit is refused", "10000000000.01", "USD", std::nullopt},
};

TEST(Cells, prices_are_decimal_text) {
  for (const PriceCase& c : kPrices) EXPECT_EQ(read_price(c.text, currency(c.code)), c.amount) << c.name;
}

TEST(Cells, counts_are_whole_and_may_be_negative) {
  EXPECT_EQ(read_count("-3"), -3);
  EXPECT_EQ(read_count("+4"), 4);
  EXPECT_EQ(read_count("0"), 0);
  for (const char* text : {"", "1.0", "1e3", "ten", "--1", "1000000001", "99999999999999999999"}) {
    EXPECT_EQ(read_count(text), std::nullopt) << text;
  }
}

TEST(Cells, weights_are_rounded_to_whole_grams) {
  EXPECT_EQ(read_grams("454"), 454);
  EXPECT_EQ(read_grams("226.796185"), 227);
  EXPECT_EQ(read_grams("226.4999"), 226);
  EXPECT_EQ(read_grams("0.0"), 0);
  for (const char* text : {"", "-1", "1.", ".5", "1,5", "1kg"}) EXPECT_EQ(read_grams(text), std::nullopt) << text;
}

TEST(Cells, a_spreadsheets_guarding_apostrophe_is_dropped) {
  EXPECT_EQ(without_guard("'-30"), "-30");
  EXPECT_EQ(without_guard("'9009518582030"), "9009518582030");
  EXPECT_EQ(without_guard("'=SUM(A1)"), "=SUM(A1)");
  EXPECT_EQ(without_guard("'90s tee"), "'90s tee");
  EXPECT_EQ(without_guard("'tis"), "'tis");
  EXPECT_EQ(without_guard("'"), "'");
}

TEST(Cells, ids_and_countries) {
  EXPECT_TRUE(is_id_text("bouquet_roses", 255));
  EXPECT_TRUE(
      is_id_text("m\xc3\xbc"
                 "tze",
                 255));
  EXPECT_FALSE(is_id_text("", 255));
  EXPECT_FALSE(is_id_text("a b", 255));
  EXPECT_FALSE(is_id_text("a\x7f", 255));
  EXPECT_FALSE(is_id_text("abc", 2));
  EXPECT_EQ(with_scheme("//cdn.example/a.jpg"), "https://cdn.example/a.jpg");
  EXPECT_EQ(with_scheme("http://cdn.example/a.jpg"), "http://cdn.example/a.jpg");
}

}  // namespace
}  // namespace kassa::catalog
