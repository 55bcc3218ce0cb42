#pragma once
// ES256 over OpenSSL. OpenSSL speaks DER signatures and PEM keys; UCP wants raw r||s and JWK members, so the
// forms are turned here and nowhere else. Stateless, safe on every thread; never blocks.

#include "services/ports/signing.hpp"

namespace kassa::platform {

class OpenSslSigner final : public ports::Signer {
 public:
  [[nodiscard]] Result<ports::SigningKey> generate() const override;
  /// kInvalidRequest unless the PEM holds an unencrypted P-256 private key.
  [[nodiscard]] Result<ports::SigningKey> load(std::string private_pem) const override;
  [[nodiscard]] Result<Bytes> sign(const ports::SigningKey& key, std::string_view message) const override;
  /// False for any malformed input: wrong lengths, a point off the curve, r or s out of range.
  [[nodiscard]] bool verify(const ports::PublicJwk& key, std::string_view message,
                            std::span<const std::byte> signature) const override;
};

/// The key id that Kassa publishes: the first 16 characters of the RFC 7638 thumbprint (SHA-256, base64url).
[[nodiscard]] std::string key_thumbprint(std::string_view x, std::string_view y);

}  // namespace kassa::platform
