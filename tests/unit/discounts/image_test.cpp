// An image opens as the set it was made of, or not at all; and a set that is made from texts and what was known before
// is the one that would have been compiled.

#include "discounts/image.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "discounts/scan.hpp"
#include "tests/unit/discounts/chance.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

struct alignas(64) Block {
  std::array<std::byte, 64> bytes{};
};

/// Bytes where a mapped file would have them.
class Laid {
 public:
  explicit Laid(std::string_view bytes) : size_(bytes.size()), blocks_(std::make_shared<Blocks>(size_ / 64 + 1)) {
    std::memcpy(blocks_->data(), bytes.data(), size_);
  }
  [[nodiscard]] RuleSetPtr open(const RuleSetup& setup, std::string_view edition = "one") const {
    return open_image({reinterpret_cast<const std::byte*>(blocks_->data()), size_}, blocks_, setup, edition);
  }
  void flip(std::size_t bit) {
    reinterpret_cast<std::byte*>(blocks_->data())[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
  }

 private:
  using Blocks = std::vector<Block>;
  std::size_t size_;
  std::shared_ptr<Blocks> blocks_;
};

std::string taken_by_image(const Outcome& outcome) {
  std::string text = applied_text(outcome) + " | " + rejected_text(outcome);
  for (const Gift& gift : outcome.gifts) text += " +" + gift.rule_id;
  return text;
}

std::string told_by_image(const Outcome& outcome) {
  return taken_by_image(outcome) + (outcome.changes_at ? to_rfc3339(*outcome.changes_at) : "never");
}

/// Rules as a store keeps them.
class Kept {
 public:
  explicit Kept(const json::array& rules) {
    for (const json::value& rule : rules) {
      ids_.emplace_back(rule.at("id").as_string());
      texts_.push_back(json::serialize(rule));
    }
  }
  [[nodiscard]] std::vector<RuleText> texts() const {
    std::vector<RuleText> out;
    for (std::size_t i = 0; i < ids_.size(); ++i) out.push_back({ids_[i], texts_[i]});
    return out;
  }

 private:
  std::vector<std::string> ids_;
  std::vector<std::string> texts_;
};

RuleSetPtr compiled_texts(const json::array& rules, const RuleSetup& setup = {}) {
  const Kept kept(rules);
  std::vector<Problem> problems;
  return compile_texts(kept.texts(), setup, problems);
}

json::array many_rules(std::size_t count) {
  json::array rules;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    rules.push_back(json::value{{"id", "rule-" + std::to_string(i)},
                                {"class", "product"},
                                {"trigger", "automatic"},
                                {"target", {{"where", {{"attr", "line.sku"}, {"op", "eq"}, {"value", "SKU-a"}}}}},
                                {"when", {{"attr", "cart.country"}, {"op", "eq"}, {"value", i % 2 == 0 ? "DE" : "FR"}}},
                                {"value", {{"type", "percent"}, {"bps", number % 10'000}}}});
  }
  return rules;
}

RC_GTEST_PROP(Image, opens_as_the_set_it_was_made_of, ()) {
  Generator generator = from_rapidcheck();
  const json::array rules = generator.rules(8);
  const RuleSetup setup = Generator::setup();
  const auto set = compiled(rules, setup);
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  const std::string bytes = image_of(*set, "one");
  const auto opened = Laid(bytes).open(setup);
  const bool open = opened != nullptr;
  RC_ASSERT(open);
  const std::string expected = told_by_image(evaluate(*set, cart, {}, now, Rounding::kHalfUp));
  RC_ASSERT(told_by_image(evaluate(*opened, cart, {}, now, Rounding::kHalfUp)) == expected);
  RC_ASSERT(told_by_image(scan(*opened, cart, {}, now, Rounding::kHalfUp)) == expected);
  RC_ASSERT(limits_of(*opened).size() == limits_of(*set).size());
  RC_ASSERT(image_of(*opened, "one") == bytes);
  // It takes part in changes like any other.
  std::vector<Problem> problems;
  const json::value passing{
      {"id", "passing"}, {"class", "order"}, {"trigger", "automatic"}, {"value", {{"type", "percent"}, {"bps", 500}}}};
  const auto changed = with_rule(*opened, passing, problems);
  RC_ASSERT(problems.empty());
  RC_ASSERT(told_by_image(evaluate(*changed, cart, {}, now, Rounding::kHalfUp)) ==
            told_by_image(evaluate(*with_rule(*set, passing, problems), cart, {}, now, Rounding::kHalfUp)));
}

RC_GTEST_PROP(Image, is_refused_with_any_bit_flipped, ()) {
  Generator generator = from_rapidcheck();
  const RuleSetup setup = Generator::setup();
  const std::string bytes = image_of(*compiled(generator.rules(4), setup), "one");
  Laid laid(bytes);
  const auto bit = static_cast<std::size_t>(any_between(0, static_cast<std::int64_t>(bytes.size() * 8) - 1));
  laid.flip(bit);
  const bool refused = laid.open(setup) == nullptr;
  RC_ASSERT(refused);
  laid.flip(bit);
  const bool opened = laid.open(setup) != nullptr;
  RC_ASSERT(opened);
}

TEST(Image, is_refused_when_cut_short_or_of_another_build_or_setup) {
  const RuleSetup setup = Generator::setup();
  const std::string bytes = image_of(*compiled_texts(many_rules(3), setup), "one");
  ASSERT_NE(Laid(bytes).open(setup), nullptr);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_EQ(Laid(std::string_view(bytes).substr(0, size)).open(setup), nullptr) << size;
  }
  EXPECT_EQ(Laid(bytes + std::string(64, '\0')).open(setup), nullptr);
  EXPECT_EQ(Laid(bytes).open(setup, "two"), nullptr);
  EXPECT_EQ(Laid(bytes).open(RuleSetup{}), nullptr);
  RuleSetup other = setup;
  other.policies[0] = Policy::kPriority;
  EXPECT_EQ(Laid(bytes).open(other), nullptr);
}

TEST(Image, holds_long_lists_with_their_slices) {
  const auto set = compiled_texts(many_rules(5'000));
  const auto opened = Laid(image_of(*set, "one")).open({});
  ASSERT_NE(opened, nullptr);
  Cart cart = cart_of({line("a", 1000, 2), line("b", 700, 1)});
  for (const char* const country : {"DE", "FR", "IT"}) {
    cart.country = country;
    EXPECT_EQ(told_by_image(evaluate_at_noon(*opened, cart)), told_by_image(evaluate_at_noon(*set, cart)));
  }
}

RC_GTEST_PROP(Recompiling, gives_what_compiling_gives, ()) {
  Generator generator = from_rapidcheck();
  json::array rules = generator.rules(8);
  const RuleSetup setup = Generator::setup();
  const json::array filler = many_rules(64);
  rules.insert(rules.end(), filler.begin(), filler.end());
  const auto known = compiled_texts(rules, setup);
  const bool known_compiles = known != nullptr;
  RC_ASSERT(known_compiles);
  // Some go, some come, some say something else.
  for (auto changes = any_between(0, 3); changes > 0; --changes) {
    const auto place = any_between(0, static_cast<std::int64_t>(rules.size()) - 1);
    json::object& rule = rules[static_cast<std::size_t>(place)].as_object();
    if (any_between(0, 2) == 0) {
      rules.erase(rules.begin() + place);
    } else {
      rule["priority"] = any_between(1, 50);
    }
  }
  const Kept kept(rules);
  std::vector<Problem> problems;
  const auto set = recompile_texts(known, kept.texts(), setup, problems);
  const auto whole = compile_texts(kept.texts(), setup, problems);
  RC_ASSERT(problems.empty());
  const Cart cart = generator.cart();
  const Instant now = generator.now();
  RC_LOG() << json::serialize(rules) << "\n" << changes_since_compile(*set) << "\n";
  const Outcome outcome = evaluate(*set, cart, {}, now, Rounding::kHalfUp);
  const Outcome expected = evaluate(*whole, cart, {}, now, Rounding::kHalfUp);
  RC_ASSERT(taken_by_image(outcome) == taken_by_image(expected));
  // The windows of a rule that is gone may still be looked at: too early, never too late.
  const bool in_time = !expected.changes_at || (outcome.changes_at && *outcome.changes_at <= *expected.changes_at);
  RC_ASSERT(in_time);
}

TEST(Recompiling, parses_only_what_differs_until_that_is_too_much) {
  json::array rules = many_rules(160);
  const auto known = compiled_texts(rules);
  std::vector<Problem> problems;
  const auto changes = [&] {
    const Kept kept(rules);
    const auto set = recompile_texts(known, kept.texts(), {}, problems);
    return set ? changes_since_compile(*set) : 99'999;
  };
  EXPECT_EQ(changes(), 0U);
  rules[7].as_object()["priority"] = 3;
  rules.erase(rules.begin() + 9);
  EXPECT_EQ(changes(), 3U) << "one that is gone, one that has another text";
  for (std::size_t i = 20; i < 40; ++i) rules[i].as_object()["priority"] = 3;
  EXPECT_EQ(changes(), 0U) << "compiled anew";
}

TEST(Recompiling, finds_the_faults_that_compiling_finds) {
  json::array rules = many_rules(160);
  rules[3].as_object()["trigger"] = json::value{{"codes", {"SAVE"}}};
  const auto known = compiled_texts(rules);
  const auto refused = [&] {
    const Kept kept(rules);
    std::vector<Problem> problems;
    EXPECT_EQ(recompile_texts(known, kept.texts(), {}, problems), nullptr);
    return problems.empty() ? std::string{} : problems.front().path + " " + problems.front().code;
  };
  rules[9].as_object()["trigger"] = json::value{{"codes", {"save"}}};
  EXPECT_EQ(refused(), "/9/trigger/codes duplicate_code");
  rules[9].as_object()["trigger"] = "sometimes";
  EXPECT_EQ(refused(), "/9/trigger unknown_value");
  rules[9] = rules[8];
  EXPECT_EQ(refused(), "/9/id duplicate_id");
}

}  // namespace
}  // namespace kassa::discounts
