#include "services/app/data_directory.hpp"

#include "embedded/migrations_keys.hpp"
#include "embedded/migrations_main.hpp"
#include "embedded/migrations_sandbox.hpp"

namespace kassa::app {
namespace {

using Migrations = std::vector<std::pair<std::string_view, std::string_view>>;

template <class Files>
Migrations migrations_of(const Files& files) {
  Migrations migrations;
  for (const auto& file : files) migrations.emplace_back(file.name, file.text);
  return migrations;
}

struct StoreFile {
  std::string_view file;
  std::string_view name;
  Migrations migrations;
};

Result<std::unique_ptr<platform::SqliteStore>> open_store(const DataDirectoryOptions& options, const StoreFile& file,
                                                          ports::Failpoints& failpoints, ports::Log& log,
                                                          ports::Metrics& metrics, std::function<void()> on_fatal) {
  platform::SqliteOptions sqlite;
  sqlite.file = options.folder / file.file;
  sqlite.name = file.name;
  sqlite.group_max = options.group_max;
  auto store = std::make_unique<platform::SqliteStore>(sqlite, failpoints, log, metrics, std::move(on_fatal));
  KASSA_TRY(store->open(file.migrations));
  return store;
}

Result<void> prepare_folder(const DataDirectoryOptions& options) {
  std::error_code failed;
  if (options.may_create) {
    std::filesystem::create_directories(options.folder, failed);
    std::filesystem::permissions(options.folder, std::filesystem::perms::owner_all, failed);
  }
  if (!std::filesystem::is_directory(options.folder, failed)) {
    return Error{Errc::kStoreUnavailable,
                 "no data directory at " + options.folder.string() + "; run kassad init first"};
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(DataDirectoryOptions options, ports::Failpoints& failpoints,
                                                           ports::Log& log, ports::Metrics& metrics,
                                                           std::function<void()> on_fatal) {
  KASSA_TRY(prepare_folder(options));
  auto directory = std::make_unique<DataDirectory>();
  const std::string key_file = (options.folder / "master.key").string();
  KASSA_TRY(auto box, options.may_create ? platform::SodiumSecretBox::open_or_create_master_key(key_file)
                                         : platform::SodiumSecretBox::open_master_key(key_file));
  directory->box_ = std::move(box);
  const StoreFile main{"kassa.db", "main", migrations_of(embedded::migrations_main)};
  KASSA_TRY(auto main_store, open_store(options, main, failpoints, log, metrics, on_fatal));
  directory->main_ = std::move(main_store);
  const StoreFile keys{"keys.db", "keys", migrations_of(embedded::migrations_keys)};
  KASSA_TRY(auto keys_store, open_store(options, keys, failpoints, log, metrics, on_fatal));
  directory->keys_ = std::move(keys_store);
  const StoreFile sandbox{"sandbox.db", "sandbox", migrations_of(embedded::migrations_sandbox)};
  KASSA_TRY(auto sandbox_store, open_store(options, sandbox, failpoints, log, metrics, on_fatal));
  directory->sandbox_ = std::move(sandbox_store);
  KASSA_TRY(auto edits, platform::LastEditsFile::open(options.folder / "edits.map"));
  directory->last_edits_ = std::move(edits);
  return directory;
}

}  // namespace kassa::app
