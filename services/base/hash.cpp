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

std::string short_hash(std::string_view bytes) {
  constexpr std::size_t kKeptBytes = 11;
  constexpr int kAlphabet = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  std::array<char, sodium_base64_ENCODED_LEN(kKeptBytes, kAlphabet)> text{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     nullptr, 0);
  sodium_bin2base64(text.data(), text.size(), digest.data(), kKeptBytes, kAlphabet);
  return text.data();
}

bool equal_secrets(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kassa
