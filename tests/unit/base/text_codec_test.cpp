#include <gtest/gtest.h>

#include "services/base/text.hpp"

namespace kassa {
namespace {

using namespace std::string_literals;

TEST(Codecs, equal_the_vectors_of_rfc_4648) {
  const struct {
    std::string text;
    const char* base64;
    const char* base64url;
    const char* base32;
    const char* hex;
  } kCases[] = {
      {"", "", "", "", ""},
      {"f", "Zg==", "Zg", "cr", "66"},
      {"fo", "Zm8=", "Zm8", "csqg", "666f"},
      {"foo", "Zm9v", "Zm9v", "csqpy", "666f6f"},
      {"foob", "Zm9vYg==", "Zm9vYg", "csqpyrg", "666f6f62"},
      {"fooba", "Zm9vYmE=", "Zm9vYmE", "csqpyrk1", "666f6f6261"},
      {"foobar", "Zm9vYmFy", "Zm9vYmFy", "csqpyrk1e8", "666f6f626172"},
      {"\xfb\xff\xfe", "+//+", "-__-", "zfzzw", "fbfffe"},
      {"\0"s, "AA==", "AA", "00", "00"},
      {"\xff", "/w==", "_w", "zw", "ff"},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.hex);
    const auto bytes = as_bytes(row.text);
    EXPECT_EQ(as_text(bytes), row.text);
    EXPECT_EQ(to_base64(bytes), row.base64);
    EXPECT_EQ(to_base64url(bytes), row.base64url);
    EXPECT_EQ(to_base32(bytes), row.base32);
    EXPECT_EQ(to_hex(bytes), row.hex);
    const auto text_of = [](const auto& b) { return b ? std::string(as_text(*b)) : "refused"; };
    EXPECT_EQ(text_of(from_base64(row.base64)), row.text);
    EXPECT_EQ(text_of(from_base64url(row.base64url)), row.text);
    EXPECT_EQ(text_of(from_hex(row.hex)), row.text);
  }
  EXPECT_EQ(from_hex("DEADbeef"), from_hex("deadbeef"));
}

TEST(Codecs, refuse_what_they_would_not_write) {
  const struct {
    const char* name;
    std::string text;
  } kBase64[] = {
      {"no padding", "Zg"},          {"half the padding", "Zg="},  {"too much padding", "Zg==="},
      {"padding alone", "=="},       {"padding in front", "=Zg="}, {"text after padding", "Zg==Zg=="},
      {"a dangling digit", "Zm9vY"}, {"unused bits set", "Zh=="},  {"more unused bits set", "Zm9="},
      {"a line feed", "Zm9v\n"},     {"a space inside", "Zm 9v"},  {"the other alphabet", "-__-"},
      {"a NUL", "Zm9v\0"s},          {"not ASCII", "Zm9\xc3\xa9"},
  };
  for (const auto& row : kBase64) EXPECT_FALSE(from_base64(row.text)) << row.name;
  for (const auto* text : {"Zg==", "Zg=", "Zh", "Zm9", "+//+", "Zm9vY", "Zm9v ", "Zm9v.Zm9v"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
  for (const auto* text : {"0", "abc", "0g", "0x12", "12 34", " 12", "12:34", "\xef\xbc\x91\xef\xbc\x92"}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
  EXPECT_FALSE(from_hex({"12\0", 3}));
  EXPECT_FALSE(from_hex({"1\0", 2}));
}

TEST(Codecs, take_views_without_an_address) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_base64({}), "");
  EXPECT_EQ(to_base64url({}), "");
  EXPECT_EQ(to_base32({}), "");
  EXPECT_EQ(from_hex({}), Bytes{});
  EXPECT_EQ(from_base64({}), Bytes{});
  EXPECT_EQ(from_base64url({}), Bytes{});
  EXPECT_TRUE(is_utf8({}));
  EXPECT_FALSE(contains_card_number({}));
  EXPECT_EQ(trim({}), "");
}

TEST(Utf8, accepts_well_formed_text_only) {
  const struct {
    const char* name;
    std::string text;
    bool valid;
  } kCases[] = {
      {"nothing", "", true},
      {"ASCII", "plain text, longer than a word", true},
      {"NUL is a character", "\0"s, true},
      {"two bytes", "\xc3\xa9", true},
      {"three bytes", "\xe2\x82\xac", true},
      {"four bytes", "\xf0\x9f\x98\x80", true},
      {"first and last of two bytes", "\xc2\x80\xdf\xbf", true},
      {"first and last of three bytes", "\xe0\xa0\x80\xef\xbf\xbf", true},
      {"first and last of four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true},
      {"around the surrogates", "\xed\x9f\xbf\xee\x80\x80", true},
      {"after a word of ASCII", "12345678\xe2\x82\xac", true},
      {"continuation alone", "\x80", false},
      {"overlong in two bytes", "\xc1\xbf", false},
      {"overlong in three bytes", "\xe0\x9f\xbf", false},
      {"overlong in four bytes", "\xf0\x8f\xbf\xbf", false},
      {"surrogate", "\xed\xa0\x80", false},
      {"last surrogate", "\xed\xbf\xbf", false},
      {"past the last code point", "\xf4\x90\x80\x80", false},
      {"lead byte F5", "\xf5\x80\x80\x80", false},
      {"byte FF", "\xff", false},
      {"cut after one of two", "\xc3", false},
      {"cut after two of three", "\xe2\x82", false},
      {"cut after three of four", "\xf0\x9f\x98", false},
      {"lead in place of a continuation", "\xe2\x82\xe2", false},
      {"bad byte after words of ASCII", "1234567812345678\xff", false},
      {"bad byte inside a word", "1234\xff"s + "678", false},
  };
  for (const auto& row : kCases) EXPECT_EQ(is_utf8(row.text), row.valid) << row.name;
}

TEST(Ascii, checks_and_folds) {
  EXPECT_TRUE(is_visible_ascii("!~key-1"));
  for (const auto& text : {""s, "a b"s, "tab\t"s, "nul\0"s, "\x7f"s, "\xc3\xa9"s}) {
    EXPECT_FALSE(is_visible_ascii(text)) << text;
  }
  EXPECT_EQ(to_lower_ascii("ABC-xyz-\xc3\x89"), "abc-xyz-\xc3\x89");
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("\n"), "\n");
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-TYPE"));
  EXPECT_FALSE(equals_ignoring_case("content-type", "content_type"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("[", "{")) << "differ in the case bit, but are no letters";
}

}  // namespace
}  // namespace kassa
