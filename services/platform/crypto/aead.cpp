#include "services/platform/crypto/aead.hpp"

#include <sodium.h>

#include "services/base/ensure.hpp"

namespace kassa::platform {

static_assert(kAeadKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kAeadTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

namespace {

const unsigned char* raw(const void* p) { return static_cast<const unsigned char*>(p); }
unsigned char* raw(void* p) { return static_cast<unsigned char*>(p); }

}  // namespace

void aead_seal(AeadKey key, AeadNonce nonce, std::string_view aad, std::string_view plain, std::span<std::byte> out) {
  ensure(out.size() == plain.size() + kAeadTagBytes, "sealed size is plain size plus tag");
  const int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(raw(out.data()), nullptr, raw(plain.data()),
                                                                plain.size(), raw(aad.data()), aad.size(), nullptr,
                                                                raw(nonce.data()), raw(key.data()));
  ensure(failed == 0, "sealing failed");
}

Result<std::string> aead_open(AeadKey key, AeadNonce nonce, std::string_view aad, std::span<const std::byte> sealed) {
  if (sealed.size() < kAeadTagBytes) return Error{Errc::kSealBroken, "sealed value is too short"};
  std::string plain(sealed.size() - kAeadTagBytes, '\0');
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain.data()), nullptr, nullptr, raw(sealed.data()), sealed.size(),
                                                 raw(aad.data()), aad.size(), raw(nonce.data()), raw(key.data()));
  if (failed != 0) return Error{Errc::kSealBroken, "sealed value does not open under this key and row"};
  return plain;
}

}  // namespace kassa::platform
