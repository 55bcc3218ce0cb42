#include "services/platform/crypto/signer.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "services/base/hash.hpp"

namespace kassa::platform {
namespace {

constexpr int kCoordinateBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kKeyIdChars = 16;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

using Coordinate = std::array<unsigned char, kCoordinateBytes>;

Error failure(const char* what) {
  ERR_clear_error();
  return Error{Errc::kInternal, what};
}

// Without this, OpenSSL would ask the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) { return -1; }

Key read_pem(std::string_view pem) {
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
  ERR_clear_error();
  return key;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t length = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
         std::string_view{group.data()} == SN_X9_62_prime256v1;
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  const BigNumber owner{number};
  Coordinate bytes{};
  if (BN_bn2binpad(number, bytes.data(), kCoordinateBytes) != kCoordinateBytes) return {};
  return to_base64url(std::as_bytes(std::span{bytes}));
}

Result<ports::PublicJwk> public_part(const EVP_PKEY* key) {
  ports::PublicJwk jwk;
  jwk.x = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X);
  jwk.y = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y);
  if (jwk.x.empty() || jwk.y.empty()) return failure("the key has no public point");
  jwk.kid = key_thumbprint(jwk.x, jwk.y);
  return jwk;
}

Key public_key(const ports::PublicJwk& jwk) {
  const auto x = from_base64url(jwk.x);
  const auto y = from_base64url(jwk.y);
  if (!x || !y || x->size() != kCoordinateBytes || y->size() != kCoordinateBytes) return nullptr;
  Bytes point{std::byte{POINT_CONVERSION_UNCOMPRESSED}};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  char group[] = SN_X9_62_prime256v1;
  std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end(),
  };
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return Key{key};
}

Bytes der_to_raw(std::span<const unsigned char> der) {
  const unsigned char* at = der.data();
  const Signature parsed{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  std::array<unsigned char, kSignatureBytes> raw{};
  if (!parsed || BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), raw.data(), kCoordinateBytes) != kCoordinateBytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), raw.data() + kCoordinateBytes, kCoordinateBytes) !=
          kCoordinateBytes) {
    return {};
  }
  const auto bytes = std::as_bytes(std::span{raw});
  return {bytes.begin(), bytes.end()};
}

std::vector<unsigned char> raw_to_der(std::span<const std::byte> signature) {
  const auto* raw = reinterpret_cast<const unsigned char*>(signature.data());
  BigNumber r{BN_bin2bn(raw, kCoordinateBytes, nullptr)};
  BigNumber s{BN_bin2bn(raw + kCoordinateBytes, kCoordinateBytes, nullptr)};
  const Signature parsed{ECDSA_SIG_new()};
  if (!r || !s || !parsed || ECDSA_SIG_set0(parsed.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // set0 took both.
  static_cast<void>(s.release());
  std::vector<unsigned char> der(static_cast<std::size_t>(i2d_ECDSA_SIG(parsed.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(parsed.get(), &at);
  return der;
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string key_thumbprint(std::string_view x, std::string_view y) {
  std::string members = R"({"crv":"P-256","kty":"EC","x":")";
  members.append(x).append(R"(","y":")").append(y).append(R"("})");
  return to_base64url(sha256(members)).substr(0, kKeyIdChars);
}

Result<ports::SigningKey> OpenSslSigner::generate() const {
  const Key key{EVP_EC_gen("P-256")};
  const Bio bio{BIO_new(BIO_s_secmem())};  // Wiped when freed.
  if (!key || !bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failure("a signing key cannot be generated");
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  ports::SigningKey made;
  made.private_pem.assign(text, static_cast<std::size_t>(length));
  KASSA_TRY(made.jwk, public_part(key.get()));
  return made;
}

Result<ports::SigningKey> OpenSslSigner::load(std::string private_pem) const {
  const Key key = read_pem(private_pem);
  if (!key || !is_p256(key.get())) return Error{Errc::kInvalidRequest, "not a P-256 private key in PEM form"};
  ports::SigningKey loaded;
  KASSA_TRY(loaded.jwk, public_part(key.get()));
  loaded.private_pem = std::move(private_pem);
  return loaded;
}

Result<Bytes> OpenSslSigner::sign(const ports::SigningKey& key, std::string_view message) const {
  const Key private_key = read_pem(key.private_pem);
  const DigestContext context{EVP_MD_CTX_new()};
  if (!private_key || !context || !is_p256(private_key.get())) return failure("the signing key cannot be read");
  std::array<unsigned char, 80> der{};  // At most 72 bytes for P-256.
  std::size_t length = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, private_key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &length, raw(message), message.size()) != 1) {
    return failure("signing failed");
  }
  Bytes signature = der_to_raw(std::span{der}.first(length));
  if (signature.size() != kSignatureBytes) return failure("the signature has an unexpected form");
  return signature;
}

bool OpenSslSigner::verify(const ports::PublicJwk& key, std::string_view message,
                           std::span<const std::byte> signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const Key point = public_key(key);
  const DigestContext context{EVP_MD_CTX_new()};
  const auto der = raw_to_der(signature);
  if (!point || !context || der.empty()) return false;
  const bool good = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, point.get()) == 1 &&
                    EVP_DigestVerify(context.get(), der.data(), der.size(), raw(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace kassa::platform
