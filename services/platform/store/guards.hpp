#pragma once
// What a guard decides, the same in every store. Pure functions.

#include <string>
#include <utility>

#include "services/ports/store.hpp"

namespace kassa::platform {

[[nodiscard]] inline bool guard_holds(const ports::Guard& guard, std::int64_t rows) noexcept {
  switch (guard.kind) {
    case ports::Guard::Kind::kAny: return true;
    case ports::Guard::Kind::kRows: return rows == guard.rows;
    case ports::Guard::Kind::kAtLeastOne: return rows >= 1;
  }
  return false;
}

/// The name under which a constraint refuses a step.
[[nodiscard]] inline std::string constraint_label(const ports::Guard& guard) {
  return guard.kind == ports::Guard::Kind::kAny ? std::string("constraint") : guard.label;
}

inline void refuse(ports::Committed& result, std::size_t step, std::string label) {
  result.applied = false;
  result.refused_at = step;
  result.refused_label = std::move(label);
}

}  // namespace kassa::platform
