#pragma once
// The file that holds the deployment's master key: 32 raw bytes, mode 0600, owned by the process's user. Used
// only by SodiumSecretBox while a process starts.

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "services/base/result.hpp"

namespace kassa::platform {

/// 32 bytes in locked memory, wiped when destroyed.
class MasterKey {
 public:
  MasterKey();
  ~MasterKey();
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;
  [[nodiscard]] std::span<std::byte, 32> bytes() noexcept { return bytes_; }

 private:
  std::array<std::byte, 32> bytes_{};
};

[[nodiscard]] Result<void> read_master_key(const std::string& path, MasterKey& out);

/// Appears whole and synced, or not at all; two processes that race end with one key.
[[nodiscard]] Result<void> create_master_key_unless_there(const std::string& path);

}  // namespace kassa::platform
