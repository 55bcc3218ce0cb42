#pragma once
// The data directory: kassa.db (everything), keys.db (keys of persons, kept and backed up apart), sandbox.db (the
// sandbox gateway's book), master.key, edits.map, rules/ (compiled discount rules of large stores, which may be
// deleted), dev certificate. Opened by one process at a time. With a PostgreSQL database the three stores are schemas
// there (kassa, kassa_keys, kassa_sandbox; the keys may have a server of their own) and the folder keeps the rest.

#include <filesystem>
#include <functional>
#include <memory>

#include "services/base/limits.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/last_edits_file.hpp"
#include "services/ports/durable_store.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::app {

/// Where a PostgreSQL database has what kassa.db holds.
inline constexpr std::string_view kMainSchema = "kassa";

struct DataDirectoryOptions {
  std::filesystem::path folder;
  std::size_t group_max{limits::kCommitGroupMax};
  std::string database;       ///< Empty: SQLite files in the folder. Else where PostgreSQL is.
  std::string keys_database;  ///< Empty: the same.
  bool may_create{false};     ///< `init`: the folder and the master key may be new.
  bool serves{false};         ///< `serve`: many at once. A command beside it leaves PostgreSQL its connections.
};

class DataDirectory {
 public:
  static Result<std::unique_ptr<DataDirectory>> open(DataDirectoryOptions options, ports::Failpoints& failpoints,
                                                     ports::Log& log, ports::Metrics& metrics,
                                                     std::function<void()> on_fatal);

  [[nodiscard]] ports::DurableStore& main() noexcept { return *main_; }
  [[nodiscard]] ports::DurableStore& keys() noexcept { return *keys_; }
  [[nodiscard]] ports::DurableStore& sandbox() noexcept { return *sandbox_; }
  /// Of all three.
  [[nodiscard]] bool has_space() const noexcept {
    return main_->has_space() && keys_->has_space() && sandbox_->has_space();
  }
  [[nodiscard]] const platform::SodiumSecretBox& box() const noexcept { return *box_; }
  [[nodiscard]] platform::LastEditsFile& last_edits() noexcept { return *last_edits_; }

 private:
  std::unique_ptr<platform::SodiumSecretBox> box_;
  std::unique_ptr<platform::LastEditsFile> last_edits_;
  std::unique_ptr<ports::DurableStore> main_;
  std::unique_ptr<ports::DurableStore> keys_;
  std::unique_ptr<ports::DurableStore> sandbox_;
};

}  // namespace kassa::app
