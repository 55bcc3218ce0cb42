#include "services/app/compiled_rules.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "discounts/image.hpp"

namespace kassa::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBuildIdBytesMin = 16;

/// What the linker wrote into this program to tell it from every other; empty when it did not.
std::string build_id() {
  std::string id;
  const auto look = [](dl_phdr_info* object, std::size_t, void* found) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const ElfW(Phdr)& part = object->dlpi_phdr[i];
      if (part.p_type != PT_NOTE) continue;
      const auto* const begin = reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
      for (std::size_t at = 0; at + sizeof(ElfW(Nhdr)) <= part.p_memsz;) {
        ElfW(Nhdr) note{};
        std::memcpy(&note, begin + at, sizeof note);
        const std::size_t name = at + sizeof note;
        const std::size_t content = name + (note.n_namesz + 3U) / 4 * 4;
        if (note.n_type == NT_GNU_BUILD_ID) static_cast<std::string*>(found)->assign(begin + content, note.n_descsz);
        at = content + (note.n_descsz + 3U) / 4 * 4;
      }
    }
    return 1;  // The first object is the program itself.
  };
  ::dl_iterate_phdr(look, &id);
  return id;
}

/// A file's content in memory of this process: what happens to the file afterwards is of no account.
class Content {
 public:
  explicit Content(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat facts{};
    if (::fstat(descriptor, &facts) == 0 && facts.st_size > 0)
      take(descriptor, static_cast<std::size_t>(facts.st_size));
    ::close(descriptor);
  }
  ~Content() {
    if (begin_ != MAP_FAILED) ::munmap(begin_, size_);
  }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  /// Empty when it could not be read whole.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return whole_ ? std::span{static_cast<const std::byte*>(begin_), size_} : std::span<const std::byte>{};
  }

 private:
  void take(int descriptor, std::size_t size) {
    begin_ = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin_ == MAP_FAILED) return;
    size_ = size;
    ::madvise(begin_, size, MADV_HUGEPAGE);
    std::size_t read = 0;
    while (read < size) {
      const ssize_t more = ::read(descriptor, static_cast<std::byte*>(begin_) + read, size - read);
      if (more <= 0) return;
      read += static_cast<std::size_t>(more);
    }
    whole_ = true;
  }

  void* begin_{MAP_FAILED};
  std::size_t size_{};
  bool whole_{};
};

/// Written anew, for this process alone to read and write.
bool write_new(const fs::path& file, std::string_view bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::close(descriptor) == 0 && bytes.empty();
}

/// What processes that are gone have left half written.
void remove_leftovers(const fs::path& folder) {
  constexpr std::chrono::hours kNobodyWritesSoLong{1};
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    if (file->path().extension().string().starts_with(".new") &&
        file->last_write_time(error) + kNobodyWritesSoLong < now) {
      fs::remove(file->path(), error);
    }
  }
}

}  // namespace

CompiledRules::CompiledRules(fs::path folder, ports::Log& log, std::size_t rules_min)
    : folder_(std::move(folder)), log_(log), rules_min_(rules_min), edition_(build_id()) {}

discounts::RuleSetPtr CompiledRules::compile(const StoreId& store, discounts::RuleSetPtr held,
                                             std::span<const discounts::RuleText> rules,
                                             const discounts::RuleSetup& setup, std::vector<Problem>& problems) const {
  const fs::path file = rules.size() < rules_min_ ? fs::path{} : file_of(store);
  if (!held && !file.empty()) held = open(file, setup);
  auto made = discounts::recompile_texts(held, rules, setup, problems);
  const bool anew = made && (!held || !discounts::shares_base(*made, *held));
  if (anew && !file.empty()) keep(file, *made);
  return made;
}

fs::path CompiledRules::file_of(const StoreId& store) const {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  const bool fits = !folder_.empty() && edition_.size() >= kBuildIdBytesMin && !store.value.empty() &&
                    std::ranges::all_of(store.value, plain);
  return fits ? folder_ / (store.value + ".rules") : fs::path{};
}

discounts::RuleSetPtr CompiledRules::open(const fs::path& file, const discounts::RuleSetup& setup) const {
  auto content = std::make_shared<const Content>(file);
  const auto bytes = content->bytes();
  return bytes.empty() ? nullptr : discounts::open_image(bytes, std::move(content), setup, edition_);
}

/// Not synced: what a crash leaves half written is refused by its checksum. It only saves time, so nothing depends on
/// it.
void CompiledRules::keep(const fs::path& file, const discounts::RuleSet& rules) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  remove_leftovers(folder_);
  fs::path next = file;
  next += ".new" + std::to_string(::getpid());  // With PostgreSQL several processes may share the folder.
  fs::remove(next, error);
  bool kept = false;
  try {
    kept = write_new(next, discounts::image_of(rules, edition_));
  } catch (const std::bad_alloc&) {
    kept = false;
  }
  if (kept) fs::rename(next, file, error);
  if (kept && !error) return;
  log_.warn("rules.not_kept", {{"file", file.filename().string()}});
  fs::remove(next, error);
}

}  // namespace kassa::app
