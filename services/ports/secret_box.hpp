#pragma once
// Sealing at rest. XChaCha20-Poly1305; the additional data names the row, so that sealed values cannot be swapped.
// Personal data is sealed under a key of the person it belongs to; destroying that key erases the person.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "services/base/hash.hpp"
#include "services/base/result.hpp"
#include "services/base/text.hpp"

namespace kassa::ports {

/// A 256-bit data key. Wiped when destroyed; cannot be printed.
class DataKey {
 public:
  DataKey() = default;
  explicit DataKey(std::array<std::byte, 32> bytes) : bytes_(bytes) {}
  DataKey(const DataKey&) = default;
  DataKey& operator=(const DataKey&) = default;
  ~DataKey() {
    volatile std::byte* p = bytes_.data();
    for (std::size_t i = 0; i < bytes_.size(); ++i) p[i] = std::byte{0};
  }
  [[nodiscard]] const std::array<std::byte, 32>& bytes() const noexcept { return bytes_; }

 private:
  std::array<std::byte, 32> bytes_{};
};

/// Pure computation, thread-safe, never blocks.
class SecretBox {
 public:
  virtual ~SecretBox() = default;

  /// Under the deployment's master key (gateway credentials, webhook secrets, person keys). `aad` = "table|store|row".
  [[nodiscard]] virtual Bytes seal(std::string_view aad, std::string_view plain) const = 0;
  [[nodiscard]] virtual Result<std::string> open(std::string_view aad, std::span<const std::byte> sealed) const = 0;

  /// Under a person's key.
  [[nodiscard]] virtual Bytes seal_for(const DataKey& key, std::string_view aad, std::string_view plain) const = 0;
  [[nodiscard]] virtual Result<std::string> open_for(const DataKey& key, std::string_view aad,
                                                     std::span<const std::byte> sealed) const = 0;
  [[nodiscard]] virtual DataKey new_key() const = 0;

  /// Keyed hash (BLAKE2b-256) for blind indexes; `purpose` separates uses ("email", "phone").
  [[nodiscard]] virtual Digest blind(std::string_view purpose, std::string_view normalised) const = 0;
};

}  // namespace kassa::ports
