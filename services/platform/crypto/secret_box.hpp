#pragma once
// The sealing port over libsodium. The deployment's master key is read once, only to derive one subkey per
// use (crypto_kdf: sealing, blind indexes), and wiped; the subkeys live in locked, guarded memory. A sealed
// value is {key id byte, 24-byte nonce, ciphertext, 16-byte tag}. Immutable after construction, so safe on
// every thread.

#include <memory>
#include <string>

#include "services/ports/secret_box.hpp"

namespace kassa::platform {

class SodiumSecretBox final : public ports::SecretBox {
 public:
  /// Reads the 32-byte master key. Refuses a missing file, a link, a file that group or others may read,
  /// another owner.
  static Result<std::unique_ptr<SodiumSecretBox>> open_master_key(const std::string& path);

  /// The same, but writes a new random key (0600, synced) when there is no file yet. For `init` only: a key
  /// that is created beside existing data would open none of it.
  static Result<std::unique_ptr<SodiumSecretBox>> open_or_create_master_key(const std::string& path);

  /// From a key in memory; `master_key` is not kept.
  explicit SodiumSecretBox(std::span<const std::byte, 32> master_key);
  ~SodiumSecretBox() override;

  [[nodiscard]] Bytes seal(std::string_view aad, std::string_view plain) const override;
  [[nodiscard]] Result<std::string> open(std::string_view aad, std::span<const std::byte> sealed) const override;
  [[nodiscard]] Bytes seal_for(const ports::DataKey& key, std::string_view aad, std::string_view plain) const override;
  [[nodiscard]] Result<std::string> open_for(const ports::DataKey& key, std::string_view aad,
                                             std::span<const std::byte> sealed) const override;
  [[nodiscard]] ports::DataKey new_key() const override;
  [[nodiscard]] Digest blind(std::string_view purpose, std::string_view normalised) const override;

 private:
  struct Keys;
  struct FreeKeys {
    void operator()(Keys* keys) const noexcept;
  };
  std::unique_ptr<Keys, FreeKeys> keys_;
};

}  // namespace kassa::platform
