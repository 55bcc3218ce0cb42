// Preloaded into a program under test (LD_PRELOAD), this makes one system call of it go wrong:
//   KASSA_FSYNC_FAULT=<process>:<call>:<n>:<what>
// where <call> is fdatasync or pwrite64, <n> counts that call from 1 since the start of the process whose
// name is <process> (others are left alone), and <what> is eio, enospc or kill (SIGKILL instead of the call).
// Afterwards every call works again: a disk that failed once and then seems well is the nastier case. The
// file named by KASSA_FSYNC_FAULT_MARK is created when the fault strikes.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace {

struct Plan {
  std::string call;
  long n{};
  std::string what;

  Plan() {
    const char* text = std::getenv("KASSA_FSYNC_FAULT");
    const std::string wish = text == nullptr ? "" : text;
    const auto first = wish.find(':');
    const auto second = wish.find(':', first + 1);
    const auto third = wish.find(':', second + 1);
    if (third == std::string::npos || wish.substr(0, first) != program_invocation_short_name) return;
    call = wish.substr(first + 1, second - first - 1);
    n = std::strtol(wish.c_str() + second + 1, nullptr, 10);
    what = wish.substr(third + 1);
  }

  /// True when this call, one of kind `name`, is the one to fail; errno is set then.
  bool strikes(const char* name) {
    if (call != name || ++seen_ != n) return false;
    if (const char* mark = std::getenv("KASSA_FSYNC_FAULT_MARK")) ::close(::open(mark, O_CREAT | O_WRONLY, 0600));
    if (what == "kill") ::kill(::getpid(), SIGKILL);
    errno = what == "enospc" ? ENOSPC : EIO;
    return true;
  }

 private:
  std::atomic<long> seen_{0};
};

Plan& plan() {
  static Plan the_plan;
  return the_plan;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int fdatasync(int descriptor) {
  if (plan().strikes("fdatasync")) return -1;
  return real<int (*)(int)>("fdatasync")(descriptor);
}

extern "C" ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t at) {
  if (plan().strikes("pwrite64")) return -1;
  return real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, data, size, at);
}
