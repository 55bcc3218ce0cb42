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

}  // namespace kassa::discounts
