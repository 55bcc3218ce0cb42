#include "services/base/email.hpp"

#include <gtest/gtest.h>

namespace kassa {
namespace {

TEST(Email, WhatLooksLikeAnAddressIsOne) {
  for (const char* text : {"ada@shop.example", " Ada@shop.example ", "a.b+c_d-e'f@x.example", "a@b", "á@x.example",
                           "a@ü.example", "ada@xn--tda.example", "1@2.example"}) {
    EXPECT_TRUE(is_email(text)) << text;
  }
}

TEST(Email, WhatNoMailReachesIsNone) {
  const std::string long_local(65, 'a');
  const std::string long_label(64, 'a');
  for (const std::string& text : {std::string{},
                                  std::string{"not-an-email"},
                                  std::string{"@x.example"},
                                  std::string{"a@"},
                                  std::string{"a@."},
                                  std::string{"a@x..example"},
                                  std::string{"a@x.example."},
                                  std::string{"a b@x.example"},
                                  std::string{"a@x example"},
                                  std::string{"a@b@x.example"},
                                  std::string{"a@-x.example"},
                                  std::string{"a@x_y.example"},
                                  std::string{"<a@x.example>"},
                                  std::string{"a@x.example,b@x.example"},
                                  std::string{"\"a\"@x.example"},
                                  std::string{"a@[127.0.0.1]"},
                                  std::string{"a\n@x.example"},
                                  std::string{"a\xff@x.example"},
                                  long_local + "@x.example",
                                  "a@" + long_label + ".example",
                                  "a@" + std::string(260, 'x')}) {
    EXPECT_FALSE(is_email(text)) << text;
  }
}

struct SpellingCase {
  const char* name;
  const char* one;
  const char* other;
};

const SpellingCase kSpellings[] = {
    {"ASCII capitals", "Ada@Shop.EXAMPLE", "ada@shop.example"},
    {"spaces at the ends", "  ada@shop.example ", "ada@shop.example"},
    {"capitals beyond ASCII", "Á@x.example", "á@x.example"},
    {"a letter in one or two code points", "a\u0301@x.example", "á@x.example"},
    {"a domain's capitals beyond ASCII", "a@Üx.example", "a@üx.example"},
    {"a domain in its ASCII form", "a@xn--x-dha.example", "a@üx.example"},
    {"a full-width domain", "a@ｘ.example", "a@x.example"},
    {"sharp s", "STRASSE@x.example", "straße@x.example"},
};

TEST(Email, SpellingsOfOneAddressAreOneName) {
  for (const SpellingCase& row : kSpellings) EXPECT_EQ(normal_email(row.one), normal_email(row.other)) << row.name;
}

TEST(Email, DifferentAddressesStayDifferent) {
  EXPECT_NE(normal_email("a@x.example"), normal_email("b@x.example"));
  EXPECT_NE(normal_email("a@x.example"), normal_email("a@y.example"));
  EXPECT_NE(normal_email("a+1@x.example"), normal_email("a@x.example")) << "what '+' means is the mailbox's affair";
  EXPECT_EQ(normal_email("ada@shop.example"), "ada@shop.example");
  EXPECT_EQ(normal_email(" Not-An-Email "), "not-an-email");
}

}  // namespace
}  // namespace kassa
