#include "services/platform/store/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace kassa::platform {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

Error file_error(const std::filesystem::path& file, const std::string& why) {
  return {Errc::kStoreUnavailable, file.string() + ": " + why};
}

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& file) {
  const std::filesystem::path path = file.native() + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (descriptor < 0) return file_error(path, last_error());
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return file_error(file, "another process has this database open for writing");
  return file_error(path, last_error());
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> create_private_file(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (made < 0) {
    if (errno == EEXIST) return ok();
    return file_error(file, last_error());
  }
  ::close(made);
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return file_error(folder, last_error());
  const int synced = ::fsync(directory);
  ::close(directory);
  if (synced != 0) return file_error(folder, "the new file could not be made durable");
  return ok();
}

}  // namespace kassa::platform
