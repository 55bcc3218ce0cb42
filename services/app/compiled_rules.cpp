#include "services/app/compiled_rules.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

#include "discounts/image.hpp"

namespace kassa::app {
namespace {

namespace fs = std::filesystem;

/// The program's file, as far as it tells two builds apart.
std::string edition_of_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const auto size = fs::file_size(program, error);
  const auto time = fs::last_write_time(program, error).time_since_epoch().count();
  return std::to_string(size) + "." + std::to_string(time);
}

/// A file in memory, until nobody reads it any more.
class Mapping {
 public:
  explicit Mapping(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error || size == 0) return;
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor, 0);
    ::close(descriptor);
    if (begin != MAP_FAILED) bytes_ = {static_cast<const std::byte*>(begin), size};
  }
  ~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

CompiledRules::CompiledRules(fs::path folder, ports::Log& log, std::size_t rules_min)
    : folder_(std::move(folder)), log_(log), rules_min_(rules_min), edition_(edition_of_program()) {}

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
  const bool fits = !folder_.empty() && !store.value.empty() && std::ranges::all_of(store.value, plain);
  return fits ? folder_ / (store.value + ".rules") : fs::path{};
}

discounts::RuleSetPtr CompiledRules::open(const fs::path& file, const discounts::RuleSetup& setup) const {
  auto mapping = std::make_shared<const Mapping>(file);
  const auto bytes = mapping->bytes();
  return bytes.empty() ? nullptr : discounts::open_image(bytes, std::move(mapping), setup, edition_);
}

/// Not synced: what a crash leaves half written is refused by its checksum.
void CompiledRules::keep(const fs::path& file, const discounts::RuleSet& rules) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::path next = file;
  next += ".new";
  const std::string bytes = discounts::image_of(rules, edition_);
  {
    std::ofstream out(next, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::permissions(next, fs::perms::owner_read | fs::perms::owner_write, error);
  if (!error) fs::rename(next, file, error);
  if (!error) return;
  log_.warn("rules.not_kept", {{"file", file.filename().string()}, {"why", error.message()}});
  fs::remove(next, error);
}

}  // namespace kassa::app
