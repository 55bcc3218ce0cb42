// The bulkhead: receivers take turns, and none has more than its share.

#include "services/webhooks/choice.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kassa::webhooks {
namespace {

Candidate due(const std::string& target, int n) {
  Candidate candidate;
  candidate.event = EventId{target + std::to_string(n)};
  candidate.target = target;
  return candidate;
}

std::string names(const std::vector<Candidate>& candidates) {
  std::string out;
  for (const Candidate& one : candidates) out += one.event.value + " ";
  return out;
}

TEST(Choice, lets_receivers_take_turns_and_starts_with_the_oldest) {
  const Choice choice = choose({due("a", 1), due("a", 2), due("a", 3), due("b", 1), due("c", 1)}, {}, 8, 4);
  EXPECT_EQ(names(choice.chosen), "a1 b1 c1 a2 ");
  EXPECT_TRUE(choice.crowded.empty());
}

TEST(Choice, counts_what_is_in_flight_already) {
  const Choice choice = choose({due("a", 1), due("a", 2), due("b", 1)}, {{"a", 1}, {"b", 2}}, 2, 10);
  EXPECT_EQ(names(choice.chosen), "a1 ");
  EXPECT_EQ(names(choice.crowded), "a2 b1 ");
}

RC_GTEST_PROP(Choice, keeps_every_limit_and_chooses_only_what_is_due, ()) {
  std::vector<Candidate> candidates;
  std::map<std::string, std::size_t> flying;
  const auto count = *rc::gen::inRange(0, 60);
  for (int i = 0; i < count; ++i) candidates.push_back(due(std::string(1, *rc::gen::element('a', 'b', 'c', 'd')), i));
  flying["a"] = *rc::gen::inRange<std::size_t>(0, 5);
  const auto share = *rc::gen::inRange<std::size_t>(1, 6);
  const auto most = *rc::gen::inRange<std::size_t>(0, 20);
  const Choice choice = choose(candidates, flying, share, most);
  std::map<std::string, std::size_t> after = flying;
  for (const Candidate& one : choice.chosen) ++after[one.target];
  for (const auto& [target, in_flight] : after) RC_ASSERT(in_flight <= std::max(share, flying[target]));
  RC_ASSERT(choice.chosen.size() <= most);
  // Nobody waits while there is room for it.
  for (const Candidate& one : choice.crowded) RC_ASSERT(after[one.target] >= share || choice.chosen.size() == most);
}

}  // namespace
}  // namespace kassa::webhooks
