#pragma once
// The embedded deployment's data directory: kassa.db (everything), keys.db (keys of persons, kept and backed up apart),
// sandbox.db (the sandbox gateway's book), master.key, edits.map, dev certificate. Opened by one process at a time.

#include <filesystem>
#include <memory>

#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/last_edits_file.hpp"
#include "services/platform/store/sqlite_store.hpp"

namespace kassa::app {

struct DataDirectoryOptions {
  std::filesystem::path folder;
  std::size_t group_max{limits::kCommitGroupMax};
  bool may_create{false};  ///< `init`: the folder and the master key may be new.
};

class DataDirectory {
 public:
  static Result<std::unique_ptr<DataDirectory>> open(DataDirectoryOptions options, ports::Failpoints& failpoints,
                                                     ports::Log& log, ports::Metrics& metrics,
                                                     std::function<void()> on_fatal);

  [[nodiscard]] platform::SqliteStore& main() noexcept { return *main_; }
  [[nodiscard]] platform::SqliteStore& keys() noexcept { return *keys_; }
  [[nodiscard]] platform::SqliteStore& sandbox() noexcept { return *sandbox_; }
  [[nodiscard]] const platform::SodiumSecretBox& box() const noexcept { return *box_; }
  [[nodiscard]] platform::LastEditsFile& last_edits() noexcept { return *last_edits_; }

 private:
  std::unique_ptr<platform::SodiumSecretBox> box_;
  std::unique_ptr<platform::LastEditsFile> last_edits_;
  std::unique_ptr<platform::SqliteStore> main_;
  std::unique_ptr<platform::SqliteStore> keys_;
  std::unique_ptr<platform::SqliteStore> sandbox_;
};

}  // namespace kassa::app
