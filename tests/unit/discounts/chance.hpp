#pragma once
// What properties over random rules share: chance taken from rapidcheck, and rules that must compile.

#include <rapidcheck/gtest.h>

#include <vector>

#include "tests/unit/discounts/generate.hpp"

namespace kassa::discounts {

/// From `low` to `high`, both included.
inline std::int64_t any_between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange<std::int64_t>(low, high + 1);
}

inline Generator from_rapidcheck() { return Generator(any_between); }

inline RuleSetPtr compiled(const json::array& rules, const RuleSetup& setup = {}) {
  std::vector<Problem> problems;
  auto set = compile(rules, setup, problems);
  for (const Problem& problem : problems) RC_LOG() << problem.path << " " << problem.code << "\n";
  const bool sound = set != nullptr;
  RC_ASSERT(sound);
  return set;
}

/// What a rule takes is what its allocations take, and none of them is nothing.
inline void assert_allocations_add_up(const Outcome& outcome) {
  for (const Applied& applied : outcome.applied) {
    std::int64_t sum = 0;
    for (const Allocation& part : applied.allocations) {
      RC_ASSERT(part.amount > 0);
      RC_ASSERT(part.shipping == (applied.discount_class == Class::kShipping));
      sum += part.amount;
    }
    RC_ASSERT(sum == applied.amount);
    RC_ASSERT(applied.amount > 0);
  }
}

}  // namespace kassa::discounts
