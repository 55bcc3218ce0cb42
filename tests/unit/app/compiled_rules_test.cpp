// Compiled rules are kept in a file and taken from there, and from what is held, as far as they are still the same.

#include "services/app/compiled_rules.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "discounts/image.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::app {
namespace {

namespace fs = std::filesystem;

/// Rules of a store: 40 that take 1 % off something.
struct Rules {
  Rules() {
    for (int i = 0; i < 40; ++i) {
      ids.push_back("rule-" + std::to_string(i));
      texts.push_back(R"({"id":")" + ids.back() +
                      R"(","class":"order","trigger":"automatic","value":{"type":"percent","bps":100}})");
    }
  }
  [[nodiscard]] std::vector<discounts::RuleText> list() const {
    std::vector<discounts::RuleText> out;
    for (std::size_t i = 0; i < ids.size(); ++i) out.push_back({ids[i], texts[i]});
    return out;
  }
  std::vector<std::string> ids;
  std::vector<std::string> texts;
};

class CompiledRulesTest : public ::testing::Test {
 protected:
  discounts::RuleSetPtr compile(std::size_t rules_min = 10, discounts::RuleSetPtr held = nullptr) {
    const CompiledRules compiled(folder_, log_, rules_min);
    std::vector<Problem> problems;
    return compiled.compile(StoreId{"str_1"}, std::move(held), rules_.list(), {}, problems);
  }
  [[nodiscard]] fs::path file() const { return folder_ / "str_1.rules"; }
  [[nodiscard]] fs::file_time_type written() const { return fs::last_write_time(file()); }
  void age() const { fs::last_write_time(file(), written() - std::chrono::hours{1}); }

  TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path() / "rules";
  EventLog log_;
  Rules rules_;
};

TEST_F(CompiledRulesTest, a_large_set_is_kept_and_a_small_one_is_not) {
  ASSERT_NE(compile(41), nullptr);
  EXPECT_FALSE(fs::exists(folder_));
  ASSERT_NE(compile(), nullptr);
  EXPECT_TRUE(fs::exists(file()));
  EXPECT_FALSE(fs::exists(folder_ / "str_1.rules.new"));
}

TEST_F(CompiledRulesTest, what_was_kept_serves_the_next_process_also_when_a_rule_has_changed) {
  ASSERT_NE(compile(), nullptr);
  age();
  const auto before = written();
  EXPECT_EQ(discounts::changes_since_compile(*compile()), 0U);
  rules_.texts[3].replace(rules_.texts[3].find("100"), 3, "200");
  EXPECT_EQ(discounts::changes_since_compile(*compile()), 2U) << "one goes, one comes";
  EXPECT_EQ(written(), before);
}

TEST_F(CompiledRulesTest, with_many_changes_the_file_is_made_anew) {
  ASSERT_NE(compile(), nullptr);
  age();
  const auto before = written();
  for (std::size_t i = 0; i < 20; ++i) rules_.texts[i].replace(rules_.texts[i].find("100"), 3, "200");
  EXPECT_EQ(discounts::changes_since_compile(*compile()), 0U);
  EXPECT_NE(written(), before);
}

TEST_F(CompiledRulesTest, a_damaged_file_is_made_anew) {
  ASSERT_NE(compile(), nullptr);
  fs::resize_file(file(), fs::file_size(file()) / 2);
  ASSERT_NE(compile(), nullptr);
  const auto whole = fs::file_size(file());
  {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(whole / 2));
    out.put('\x5a');
  }
  age();
  const auto before = written();
  ASSERT_NE(compile(), nullptr);
  EXPECT_NE(written(), before);
}

TEST_F(CompiledRulesTest, what_is_held_goes_before_the_file) {
  const auto first = compile();
  rules_.texts[0].replace(rules_.texts[0].find("100"), 3, "300");
  const auto second = compile(10, first);
  EXPECT_TRUE(discounts::shares_base(*second, *first));
  EXPECT_EQ(discounts::changes_since_compile(*second), 2U);
  const auto without = compile(41, first);
  EXPECT_TRUE(discounts::shares_base(*without, *first)) << "also of a set that is too small for a file";
}

TEST_F(CompiledRulesTest, rules_with_faults_are_told_and_leave_the_file_alone) {
  ASSERT_NE(compile(), nullptr);
  rules_.texts[5] = R"({"id":"rule-5"})";
  EXPECT_EQ(compile(), nullptr);
  EXPECT_TRUE(fs::exists(file()));
}

}  // namespace
}  // namespace kassa::app
