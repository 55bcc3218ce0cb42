#include "services/app/data_directory.hpp"

#include "embedded/migrations_keys.hpp"
#include "embedded/migrations_main.hpp"
#include "embedded/migrations_sandbox.hpp"
#include "services/platform/postgres/postgres_dialect.hpp"
#include "services/platform/postgres/postgres_store.hpp"
#include "services/platform/store/sqlite_dialect.hpp"
#include "services/platform/store/sqlite_store.hpp"

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
  std::string_view schema;
  std::string_view name;
  Migrations migrations;
  std::string after_sqlite{};
  Migrations after_postgres{};
};

using StorePtr = std::unique_ptr<ports::DurableStore>;

Result<StorePtr> open_store(const DataDirectoryOptions& options, const StoreFile& file, const std::string& database,
                            ports::Failpoints& failpoints, ports::Log& log, ports::Metrics& metrics,
                            std::function<void()> on_fatal) {
  StorePtr store;
  if (database.empty()) {
    platform::SqliteOptions sqlite;
    sqlite.file = options.folder / file.file;
    sqlite.name = file.name;
    sqlite.group_max = options.group_max;
    sqlite.after_migrations = file.after_sqlite;
    store = std::make_unique<platform::SqliteStore>(sqlite, failpoints, log, metrics, std::move(on_fatal));
  } else {
    platform::PostgresOptions postgres;
    postgres.conninfo = database;
    postgres.schema = file.schema;
    postgres.name = file.name;
    postgres.after_migrations = file.after_postgres;
    if (!options.serves) postgres.writing_connections = postgres.reading_connections = 1;
    store = std::make_unique<platform::PostgresStore>(postgres, failpoints, log, metrics);
  }
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

bool holds_something(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  return !failed && size > 0;
}

Error lost(const std::filesystem::path& file, std::string_view why) {
  return {Errc::kStoreUnavailable, file.string() + " is missing or empty" + std::string(why)};
}

/// Whoever serves finds both files, because `init` made them; going on without one would be a new, empty shop, or would
/// answer as if everybody had been erased. They are made in this order, so even `init` makes no kassa.db beside keys.
Result<void> refuse_without_files(const DataDirectoryOptions& options, bool keys_are_here) {
  const auto main = options.folder / "kassa.db";
  const auto keys = options.folder / "keys.db";
  if (!holds_something(main) && holds_something(keys)) return lost(main, " beside keys.db; restore it from its backup");
  if (options.may_create) return ok();
  if (!holds_something(main)) return lost(main, "; restore it from its backup, or run kassad init");
  if (keys_are_here && !holds_something(keys)) return lost(keys, "; restore it from its backup");
  return ok();
}

/// Persons who were not erased had keys, so the file was lost: not even `init` makes a new one.
Result<void> refuse_without_keys(ports::DurableStore& main, const std::filesystem::path& keys) {
  if (holds_something(keys)) return ok();
  ports::Step read("SELECT 1 FROM person WHERE erased_at IS NULL LIMIT 1");
  KASSA_TRY(const auto persons, main.query_blocking(std::move(read)));
  if (persons.empty()) return ok();
  return lost(keys, ", and kassa.db holds persons who cannot be read without it; restore it from its backup");
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
  const auto opened = [&](const StoreFile& file, const std::string& database) {
    return open_store(options, file, database, failpoints, log, metrics, on_fatal);
  };
  const StoreFile main{"kassa.db",
                       kMainSchema,
                       "main",
                       migrations_of(embedded::migrations_main),
                       std::string(platform::kSqliteSearchIndex),
                       {{"tell_store_change", platform::kTellStoreChanges},
                        {"tell_erasure", platform::kTellErasures},
                        {"search_index", platform::kPostgresSearchIndex}}};
  const std::string& keys_at = options.keys_database.empty() ? options.database : options.keys_database;
  if (options.database.empty()) {
    KASSA_TRY(refuse_without_files(options, keys_at.empty()));
  }
  KASSA_TRY(auto main_store, opened(main, options.database));
  directory->main_ = std::move(main_store);
  if (keys_at.empty()) {
    KASSA_TRY(refuse_without_keys(*directory->main_, options.folder / "keys.db"));
  }
  const StoreFile keys{"keys.db", "kassa_keys", "keys", migrations_of(embedded::migrations_keys)};
  KASSA_TRY(auto keys_store, opened(keys, keys_at));
  directory->keys_ = std::move(keys_store);
  const StoreFile sandbox{"sandbox.db", "kassa_sandbox", "sandbox", migrations_of(embedded::migrations_sandbox)};
  KASSA_TRY(auto sandbox_store, opened(sandbox, options.database));
  directory->sandbox_ = std::move(sandbox_store);
  KASSA_TRY(auto edits, platform::LastEditsFile::open(options.folder / "edits.map"));
  directory->last_edits_ = std::move(edits);
  return directory;
}

}  // namespace kassa::app
