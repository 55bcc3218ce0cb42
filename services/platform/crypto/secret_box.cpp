#include "services/platform/crypto/secret_box.hpp"

#include <sodium.h>

#include <algorithm>

#include "services/base/ensure.hpp"
#include "services/platform/crypto/aead.hpp"
#include "services/platform/crypto/master_key.hpp"

namespace kassa::platform {
namespace {

// The first byte of a sealed value names the key. A rotated master key takes the next number; person keys
// have their own.
constexpr std::byte kMasterKeyId{0x01};
constexpr std::byte kPersonKeyId{0x81};

constexpr std::size_t kHeaderBytes = 1 + kAeadNonceBytes;
constexpr char kKdfContext[crypto_kdf_CONTEXTBYTES + 1] = "kassa001";
enum class Subkey : std::uint64_t { kSeal = 1, kBlind = 2 };

using KeyBytes = std::array<std::byte, 32>;

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

void derive(KeyBytes& out, Subkey use, std::span<const std::byte, 32> master) {
  const int failed = crypto_kdf_derive_from_key(raw(out.data()), out.size(), static_cast<std::uint64_t>(use),
                                                kKdfContext, raw(master.data()));
  ensure(failed == 0, "subkey derivation failed");
}

Bytes seal_with(std::byte key_id, AeadKey key, std::string_view aad, std::string_view plain) {
  Bytes sealed(kHeaderBytes + plain.size() + kAeadTagBytes);
  sealed[0] = key_id;
  const std::span<std::byte> whole{sealed};
  randombytes_buf(&sealed[1], kAeadNonceBytes);
  aead_seal(key, whole.subspan<1, kAeadNonceBytes>(), aad, plain, whole.subspan(kHeaderBytes));
  return sealed;
}

Result<std::string> open_with(std::byte key_id, AeadKey key, std::string_view aad, std::span<const std::byte> sealed) {
  if (sealed.size() < kHeaderBytes + kAeadTagBytes) return Error{Errc::kSealBroken, "sealed value is too short"};
  if (sealed[0] != key_id) return Error{Errc::kSealBroken, "sealed under a key that is not loaded"};
  return aead_open(key, sealed.subspan<1, kAeadNonceBytes>(), aad, sealed.subspan(kHeaderBytes));
}

Digest keyed_hash(std::span<const std::byte, 32> key, std::string_view text) {
  Digest digest{};
  const int failed = crypto_generichash(raw(digest.data()), digest.size(), raw(as_bytes(text).data()), text.size(),
                                        raw(key.data()), key.size());
  ensure(failed == 0, "keyed hash failed");
  return digest;
}

}  // namespace

struct SodiumSecretBox::Keys {
  KeyBytes seal;
  KeyBytes blind;
};

void SodiumSecretBox::FreeKeys::operator()(Keys* keys) const noexcept { sodium_free(keys); }

SodiumSecretBox::SodiumSecretBox(std::span<const std::byte, 32> master_key) {
  ensure(sodium_init() >= 0, "libsodium does not start");
  // sodium_malloc locks the pages, keeps them out of core dumps, puts guard pages around them and wipes on
  // free.
  keys_.reset(static_cast<Keys*>(sodium_malloc(sizeof(Keys))));
  ensure(keys_ != nullptr, "no memory for keys");
  derive(keys_->seal, Subkey::kSeal, master_key);
  derive(keys_->blind, Subkey::kBlind, master_key);
  sodium_mprotect_readonly(keys_.get());
}

SodiumSecretBox::~SodiumSecretBox() = default;

Result<std::unique_ptr<SodiumSecretBox>> SodiumSecretBox::open_master_key(const std::string& path) {
  ensure(sodium_init() >= 0, "libsodium does not start");
  MasterKey key;
  KASSA_TRY(read_master_key(path, key));
  return std::make_unique<SodiumSecretBox>(key.bytes());
}

Result<std::unique_ptr<SodiumSecretBox>> SodiumSecretBox::open_or_create_master_key(const std::string& path) {
  ensure(sodium_init() >= 0, "libsodium does not start");
  KASSA_TRY(create_master_key_unless_there(path));
  return open_master_key(path);
}

Bytes SodiumSecretBox::seal(std::string_view aad, std::string_view plain) const {
  return seal_with(kMasterKeyId, keys_->seal, aad, plain);
}

Result<std::string> SodiumSecretBox::open(std::string_view aad, std::span<const std::byte> sealed) const {
  return open_with(kMasterKeyId, keys_->seal, aad, sealed);
}

Bytes SodiumSecretBox::seal_for(const ports::DataKey& key, std::string_view aad, std::string_view plain) const {
  return seal_with(kPersonKeyId, key.bytes(), aad, plain);
}

Result<std::string> SodiumSecretBox::open_for(const ports::DataKey& key, std::string_view aad,
                                              std::span<const std::byte> sealed) const {
  return open_with(kPersonKeyId, key.bytes(), aad, sealed);
}

ports::DataKey SodiumSecretBox::new_key() const {
  KeyBytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  ports::DataKey key{bytes};
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

Digest SodiumSecretBox::blind(std::string_view purpose, std::string_view normalised) const {
  Digest purpose_key = keyed_hash(keys_->blind, purpose);
  const Digest digest = keyed_hash(purpose_key, normalised);
  sodium_memzero(purpose_key.data(), purpose_key.size());
  return digest;
}

}  // namespace kassa::platform
