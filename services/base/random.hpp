#pragma once
// The port to randomness: cryptographic in production, seeded in tests.

#include <cstddef>
#include <span>

namespace kassa {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;
};

}  // namespace kassa
