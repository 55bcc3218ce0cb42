#include "services/platform/server/request_ids.hpp"

#include <openssl/rand.h>

#include <cstring>

#include "services/base/ensure.hpp"

namespace kassa::platform {
namespace {

/// The two digits of each byte.
constexpr auto kPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {kDigits[byte >> 4U], kDigits[byte & 0x0fU]};
  return pairs;
}();

}  // namespace

void RequestIds::append_digits(char* at) {
  if (used_ == pool_.size()) {
    ensure(RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) == 1, "the system gives random bytes");
    used_ = 0;
  }
  for (std::size_t i = 0; i < kIdBytes; ++i, at += 2) std::memcpy(at, kPairs[pool_[used_++]].data(), 2);
}

void RequestIds::make(std::string& out) {
  constexpr std::string_view kPrefix = "req_";
  out.resize(kPrefix.size() + 2 * kIdBytes);
  kPrefix.copy(out.data(), kPrefix.size());
  append_digits(out.data() + kPrefix.size());
}

void RequestIds::make_trace(std::string& out) {
  out.resize(2 * kIdBytes);
  append_digits(out.data());
}

bool is_sane_request_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > 128) return false;
  bool visible = true;
  for (const char c : id) visible &= c > 0x20 && c < 0x7f;
  return visible;
}

}  // namespace kassa::platform
