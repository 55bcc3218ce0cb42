#include "services/base/hash.hpp"

#include <sodium.h>

#include "services/base/text.hpp"

namespace kassa {

static_assert(crypto_hash_sha256_BYTES == std::tuple_size_v<Digest>);

Digest sha256(std::string_view bytes) {
  Digest digest{};
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

bool equal_secrets(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kassa
