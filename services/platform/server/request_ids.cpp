#include "services/platform/server/request_ids.hpp"

#include <openssl/rand.h>

#include <bit>
#include <cstring>

#include "services/base/ensure.hpp"

namespace kassa::platform {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

/// The sixteen digits of eight bytes, first byte first. Nibbles are spread to one a byte and turned into digits all at
/// once: 10 and more get the distance from '9' to 'a' added.
void put_digits(std::uint64_t bytes, char* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  for (int half = 0; half < 2; ++half, bytes >>= 32U, at += 8) {
    std::uint64_t spread = bytes & 0xffff'ffffU;
    spread = (spread | spread << 16U) & 0x0000'ffff'0000'ffffU;
    spread = (spread | spread << 8U) & 0x00ff'00ff'00ff'00ffU;
    const std::uint64_t nibbles = (spread >> 4U & 0x000f'000f'000f'000fU) | (spread << 8U & 0x0f00'0f00'0f00'0f00U);
    const std::uint64_t letters = (nibbles + kOnes * 6) >> 4U & kOnes;
    const std::uint64_t digits = nibbles + kOnes * '0' + letters * ('a' - '9' - 1);
    std::memcpy(at, &digits, sizeof digits);
  }
}

}  // namespace

void RequestIds::append_digits(char* at) {
  if (used_ == pool_.size()) {
    ensure(RAND_bytes(reinterpret_cast<unsigned char*>(pool_.data()), sizeof pool_) == 1,
           "the system gives random bytes");
    used_ = 0;
  }
  for (std::size_t i = 0; i < kIdWords; ++i, at += 16) put_digits(pool_[used_++], at);
}

void RequestIds::make(std::string& out) {
  constexpr std::string_view kPrefix = "req_";
  out.resize(kPrefix.size() + kDigits);
  kPrefix.copy(out.data(), kPrefix.size());
  append_digits(out.data() + kPrefix.size());
}

void RequestIds::make_trace(std::string& out) {
  out.resize(kDigits);
  append_digits(out.data());
}

bool is_sane_request_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > 128) return false;
  bool visible = true;
  for (const char c : id) visible &= c > 0x20 && c < 0x7f;
  return visible;
}

}  // namespace kassa::platform
