#pragma once
// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with the nonce as an argument: the bare cipher under
// SodiumSecretBox, kept apart so that it can be held against published vectors. Never call it twice with one
// key and nonce.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "services/base/result.hpp"
#include "services/base/text.hpp"

namespace kassa::platform {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 24;
inline constexpr std::size_t kAeadTagBytes = 16;

using AeadKey = std::span<const std::byte, kAeadKeyBytes>;
using AeadNonce = std::span<const std::byte, kAeadNonceBytes>;

/// Ciphertext followed by the tag, written to `out`, which must hold plain.size() + kAeadTagBytes.
void aead_seal(AeadKey key, AeadNonce nonce, std::string_view aad, std::string_view plain, std::span<std::byte> out);

/// kSealBroken when key, nonce, aad or any byte of `sealed` differs from what was sealed.
[[nodiscard]] Result<std::string> aead_open(AeadKey key, AeadNonce nonce, std::string_view aad,
                                            std::span<const std::byte> sealed);

}  // namespace kassa::platform
