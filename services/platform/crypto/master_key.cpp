#include "services/platform/crypto/master_key.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace kassa::platform {
namespace {

Error failure(const std::string& what, const std::string& path, int error) {
  return Error{Errc::kInternal, "master key " + path + ": " + what + ": " + std::generic_category().message(error)};
}

Error refusal(const std::string& why, const std::string& path) {
  return Error{Errc::kInternal, "master key " + path + ": " + why};
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<void> check_file(int fd, const std::string& path) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return failure("cannot be examined", path, errno);
  if (!S_ISREG(info.st_mode)) return refusal("is not a regular file", path);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refusal("group or others may read it; run: chmod 600 " + path, path);
  }
  if (info.st_uid != ::geteuid()) return refusal("belongs to another user", path);
  if (info.st_size != 32) return refusal("must hold exactly 32 bytes", path);
  return ok();
}

Result<void> write_new_file(const std::string& path) {
  const File file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (file.fd() < 0) return failure("cannot be created", path, errno);
  MasterKey key;
  randombytes_buf(key.bytes().data(), key.bytes().size());
  if (::write(file.fd(), key.bytes().data(), key.bytes().size()) != 32)
    return failure("cannot be written", path, errno);
  if (::fsync(file.fd()) != 0) return failure("cannot be synced", path, errno);
  return ok();
}

Result<void> sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const File file{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (file.fd() < 0 || ::fsync(file.fd()) != 0) return failure("its folder cannot be synced", path, errno);
  return ok();
}

}  // namespace

MasterKey::MasterKey() { sodium_mlock(bytes_.data(), bytes_.size()); }

MasterKey::~MasterKey() { sodium_munlock(bytes_.data(), bytes_.size()); }  // Wipes, too.

Result<void> read_master_key(const std::string& path, MasterKey& out) {
  const File file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (file.fd() < 0) return failure("cannot be opened", path, errno);
  KASSA_TRY(check_file(file.fd(), path));
  if (::read(file.fd(), out.bytes().data(), out.bytes().size()) != 32) return failure("cannot be read", path, errno);
  return ok();
}

Result<void> create_master_key_unless_there(const std::string& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return ok();
  // A key file that a crash left half-written would lock the data for good: write aside, then link, which
  // never replaces a file that somebody else made in the meantime.
  const std::string aside = path + ".new." + std::to_string(randombytes_random());
  const auto written = write_new_file(aside);
  const int linked = written ? ::link(aside.c_str(), path.c_str()) : 0;
  const int error = errno;
  ::unlink(aside.c_str());
  KASSA_TRY(written);
  if (linked != 0 && error != EEXIST) return failure("cannot be put in place", path, error);
  return sync_folder_of(path);
}

}  // namespace kassa::platform
