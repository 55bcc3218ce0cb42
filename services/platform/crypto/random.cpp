#include "services/platform/crypto/random.hpp"

#include <sodium.h>

#include "services/base/ensure.hpp"

namespace kassa::platform {

SodiumRandom::SodiumRandom() { ensure(sodium_init() >= 0, "libsodium does not start"); }

void SodiumRandom::fill(std::span<std::byte> out) { randombytes_buf(out.data(), out.size()); }

}  // namespace kassa::platform
