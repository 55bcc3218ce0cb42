#include "services/http/siphash.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace kassa::http {
namespace {

using State = std::array<std::uint64_t, 4>;

void round(State& v) noexcept {
  v[0] += v[1];
  v[1] = std::rotl(v[1], 13) ^ v[0];
  v[0] = std::rotl(v[0], 32);
  v[2] += v[3];
  v[3] = std::rotl(v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = std::rotl(v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = std::rotl(v[1], 17) ^ v[2];
  v[2] = std::rotl(v[2], 32);
}

void absorb(State& v, std::uint64_t word) noexcept {
  v[3] ^= word;
  round(v);
  round(v);
  v[0] ^= word;
}

std::uint64_t word_at(const char* bytes, std::size_t count) noexcept {
  static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

}  // namespace

std::uint64_t siphash(SipKey key, std::string_view bytes) noexcept {
  State v{key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
          key.k1 ^ 0x7465646279746573U};
  const std::uint64_t length = std::uint64_t{bytes.size()} << 56U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) absorb(v, word_at(bytes.data(), 8));
  absorb(v, length | word_at(bytes.data(), bytes.size()));
  v[2] ^= 0xff;
  for (int i = 0; i < 4; ++i) round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace kassa::http
