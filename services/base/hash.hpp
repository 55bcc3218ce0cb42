#pragma once
// Hashes (libsodium). The only cryptography outside platform/: pure functions that fingerprints need everywhere.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace kassa {

using Digest = std::array<std::byte, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The first 88 bits of BLAKE2b in 15 characters of base64url, which a std::string holds without memory of its own: for
/// what is only ever compared with another of its kind.
[[nodiscard]] std::string short_hash(std::string_view bytes);

/// Constant-time comparison; false when the lengths differ.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b) noexcept;

}  // namespace kassa
