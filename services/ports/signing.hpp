#pragma once
// ES256 (ECDSA P-256, SHA-256) keys for signing webhooks and answers, in the forms that UCP wants: raw r||s, JWK.

#include <string>
#include <string_view>

#include "services/base/result.hpp"
#include "services/base/text.hpp"

namespace kassa::ports {

struct PublicJwk {
  std::string kid;
  std::string x;  ///< base64url
  std::string y;  ///< base64url
};

struct SigningKey {
  std::string private_pem;  ///< PKCS#8; sealed at rest.
  PublicJwk jwk;
};

class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual Result<SigningKey> generate() const = 0;
  [[nodiscard]] virtual Result<SigningKey> load(std::string private_pem) const = 0;
  /// 64 bytes r||s over SHA-256(message).
  [[nodiscard]] virtual Result<Bytes> sign(const SigningKey& key, std::string_view message) const = 0;
  [[nodiscard]] virtual bool verify(const PublicJwk& key, std::string_view message,
                                    std::span<const std::byte> signature) const = 0;
};

}  // namespace kassa::ports
