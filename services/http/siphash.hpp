#pragma once
// SipHash-2-4: a fast keyed hash for tables whose keys strangers choose. Pure.

#include <cstdint>
#include <string_view>

namespace kassa::http {

struct SipKey {
  std::uint64_t k0{};
  std::uint64_t k1{};
};

[[nodiscard]] std::uint64_t siphash(SipKey key, std::string_view bytes) noexcept;

}  // namespace kassa::http
