#pragma once
// The production source of randomness: libsodium over the kernel's generator. Stateless, safe on every
// thread.

#include "services/base/random.hpp"

namespace kassa::platform {

class SodiumRandom final : public Random {
 public:
  SodiumRandom();
  void fill(std::span<std::byte> out) override;
};

}  // namespace kassa::platform
