#pragma once
// Invariants stay asserted in production: a broken one throws, the request is rolled back and answered with
// 500.

#include <stdexcept>

namespace kassa {

struct InvariantBroken : std::logic_error {
  using std::logic_error::logic_error;
};

inline void ensure(bool condition, const char* why) {
  if (!condition) [[unlikely]]
    throw InvariantBroken(why);
}

}  // namespace kassa
