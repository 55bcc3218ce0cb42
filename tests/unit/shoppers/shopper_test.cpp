#include "services/shoppers/shopper.hpp"

#include <gtest/gtest.h>

#include "services/ports/email_index.hpp"

namespace kassa::shoppers {
namespace {

TEST(Shopper, what_is_written_is_read_back) {
  ports::KnownShopper shopper;
  shopper.person = PersonId{"cust_1"};
  shopper.first_name = "Zo\xc3\xab";
  shopper.email = "zoe@shop.example";
  ports::SavedAddress address;
  address.id = "home";
  address.street = "1 Quay \"A\"";
  address.extended = "Floor 2";
  address.country = "NL";
  address.phone = "+31";
  shopper.addresses.push_back(address);
  EXPECT_EQ(write_shopper(shopper).find("segments"), std::string::npos) << "as it was before there were any";
  shopper.segments = {"staff", "vip"};
  const auto back = parse_shopper(write_shopper(shopper));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().segments, shopper.segments);
  EXPECT_EQ(write_shopper(back.value()), write_shopper(shopper));
  EXPECT_EQ(back.value().addresses.at(0).extended, "Floor 2");
  EXPECT_EQ(back.value().addresses.at(0).phone, "+31");
  EXPECT_FALSE(parse_shopper("{}"));
  EXPECT_FALSE(parse_shopper("[]"));
  EXPECT_FALSE(parse_shopper("nonsense"));
}

TEST(Shopper, segments_are_texts_each_once) {
  std::vector<Problem> problems;
  const auto read = [&](std::string_view text) { return read_shopper(parse_json(text).value().as_object(), problems); };
  EXPECT_EQ(read(R"({"id":"a","segments":["vip","staff","vip"]})").segments,
            (std::vector<std::string>{"staff", "vip"}));
  EXPECT_TRUE(problems.empty());
  (void)read(R"({"id":"a","segments":["",7]})");
  EXPECT_EQ(problems.size(), 2U);
}

TEST(Shopper, a_tax_exemption_has_a_reason) {
  std::vector<Problem> problems;
  const auto read = [&](std::string_view text) { return read_shopper(parse_json(text).value().as_object(), problems); };
  const auto exempt = read(R"({"id":"a","tax_exemption":{"reason":"resale","id":"C-17"}})");
  EXPECT_EQ(exempt.tax_exemption, (ports::TaxExemption{"resale", "C-17"}));
  EXPECT_EQ(parse_shopper(write_shopper(exempt)).value().tax_exemption, exempt.tax_exemption);
  EXPECT_TRUE(problems.empty());
  (void)read(R"({"id":"a","tax_exemption":{"id":"C-17"}})");
  (void)read(R"({"id":"a","tax_exemption":{"reason":""}})");
  EXPECT_EQ(problems.size(), 2U);
}

TEST(Shopper, every_fault_is_told_without_personal_data) {
  std::vector<Problem> problems;
  const auto text = R"({"id":"a b","email":"nobody","emial":"x","addresses":[{"city":"Secretville"},7,
                        {"id":"h"},{"id":"h"}]})";
  (void)read_shopper(parse_json(text).value().as_object(), problems);
  std::vector<std::string> found;
  for (const Problem& problem : problems) {
    found.push_back(problem.path + " " + problem.code);
    EXPECT_EQ((problem.message + problem.hint).find("Secretville"), std::string::npos);
    EXPECT_EQ((problem.message + problem.hint).find("nobody"), std::string::npos);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"/emial unknown_member", "/id bad_id", "/email bad_email",
                                             "/addresses/0/city unknown_member", "/addresses/0/id required",
                                             "/addresses type_mismatch", "/addresses/3/id duplicate"}));
}

TEST(Shopper, an_email_is_compared_without_case_and_space) {
  EXPECT_EQ(normal_email("  John.Doe@Example.COM "), "john.doe@example.com");
}

}  // namespace
}  // namespace kassa::shoppers
