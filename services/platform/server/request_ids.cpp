#include "services/platform/server/request_ids.hpp"

#include <openssl/rand.h>

#include "services/base/ensure.hpp"

namespace kassa::platform {

void RequestIds::make(std::string& out) {
  if (used_ == pool_.size()) {
    ensure(RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) == 1, "the system gives random bytes");
    used_ = 0;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kPrefix = "req_";
  out.resize(kPrefix.size() + 2 * kIdBytes);
  kPrefix.copy(out.data(), kPrefix.size());
  char* at = out.data() + kPrefix.size();
  for (std::size_t i = 0; i < kIdBytes; ++i) {
    const unsigned char byte = pool_[used_++];
    *at++ = kDigits[byte >> 4U];
    *at++ = kDigits[byte & 0x0fU];
  }
}

bool is_sane_request_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > 128) return false;
  bool visible = true;
  for (const char c : id) visible &= c > 0x20 && c < 0x7f;
  return visible;
}

}  // namespace kassa::platform
