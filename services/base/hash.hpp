#pragma once
// SHA-256 (libsodium). The only cryptography outside platform/: a pure function that fingerprints need
// everywhere.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace kassa {

using Digest = std::array<std::byte, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// Constant-time comparison; false when the lengths differ.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b) noexcept;

}  // namespace kassa
