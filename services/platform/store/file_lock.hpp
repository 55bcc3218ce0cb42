#pragma once
// One writing process per database file. The lock is an flock on "<file>.lock", held as long as the object
// lives; the kernel releases it when the process ends, however it ends. The lock file itself is never
// deleted, because deleting it would let two processes lock two different files of the same name.

#include <filesystem>

#include "services/base/result.hpp"

namespace kassa::platform {

class FileLock {
 public:
  static Result<FileLock> take(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// Creates `file` readable and writable by its owner only, durably; does nothing when it exists.
[[nodiscard]] Result<void> create_private_file(const std::filesystem::path& file);

}  // namespace kassa::platform
