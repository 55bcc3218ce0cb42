#pragma once
// A folder of its own for one test, removed with everything in it. kMemory: where there is a disk in memory,
// for tests that sync thousands of times and do not care whether it reaches anything.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "services/base/ensure.hpp"

namespace kassa {

class TemporaryFolder {
 public:
  enum class On : unsigned char { kDisk, kMemory };

  explicit TemporaryFolder(On where = On::kDisk) {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = where == On::kMemory && std::filesystem::is_directory(memory);
    const auto parent = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "kassa-test-XXXXXX").string();
    ensure(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kassa
