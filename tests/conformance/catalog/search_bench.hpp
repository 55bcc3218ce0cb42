#pragma once
// The engines that the catalogue's search runs on, each with the shipped schema and its own full-text index. A new
// engine adds a row to kSearchEngines.

#include "services/catalog/search.hpp"
#include "services/platform/postgres/postgres_catalog_search.hpp"
#include "services/platform/postgres/postgres_dialect.hpp"
#include "services/platform/store/sqlite_catalog_search.hpp"
#include "services/platform/store/sqlite_dialect.hpp"
#include "tests/support/postgres.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa {

using Migrations = std::vector<std::pair<std::string_view, std::string_view>>;

/// An open store with an index.
class SearchEngine {
 public:
  virtual ~SearchEngine() = default;
  virtual ports::DurableStore& store() = 0;
  virtual ports::CatalogSearch& search() = 0;

 protected:
  Migrations migrations() {
    for (const auto& file : fs::directory_iterator(repository() / "infra/migrations/main")) {
      texts_.emplace(file.path().stem().string(), text_of(file.path()));
    }
    return {texts_.begin(), texts_.end()};
  }
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;

 private:
  std::map<std::string, std::string> texts_;
};

class SqliteEngine final : public SearchEngine {
 public:
  SqliteEngine() {
    platform::SqliteOptions options;
    options.file = folder_.path() / "main.db";
    options.after_migrations = std::string(platform::kSqliteSearchIndex);
    store_.emplace(options, failpoints_, log_, metrics_, [] { ADD_FAILURE() << "the store failed"; });
    const auto opened = store_->open(migrations());
    if (!opened) throw std::runtime_error(opened.error().detail);
    search_.emplace(*store_);
  }
  ports::DurableStore& store() override { return *store_; }
  ports::CatalogSearch& search() override { return *search_; }

 private:
  TemporaryFolder folder_{TemporaryFolder::On::kMemory};
  std::optional<platform::SqliteStore> store_;
  std::optional<platform::SqliteCatalogSearch> search_;
};

class PostgresEngine final : public SearchEngine {
 public:
  PostgresEngine() {
    platform::PostgresOptions options;
    options.conninfo = test_postgres();
    options.schema = schema_;
    options.after_migrations.emplace_back("search_index", platform::kPostgresSearchIndex);
    store_.emplace(options, failpoints_, log_, metrics_);
    const auto opened = store_->open(migrations());
    if (!opened) throw std::runtime_error(opened.error().detail);
    search_.emplace(*store_);
  }
  ~PostgresEngine() override { drop_schema(*store_, schema_); }
  ports::DurableStore& store() override { return *store_; }
  ports::CatalogSearch& search() override { return *search_; }

 private:
  std::string schema_ = fresh_schema();
  std::optional<platform::PostgresStore> store_;
  std::optional<platform::PostgresCatalogSearch> search_;
};

struct SearchEngineRow {
  const char* name;
  std::unique_ptr<SearchEngine> (*make)();
};

inline const SearchEngineRow kSearchEngines[] = {
    {"Sqlite", [] { return std::unique_ptr<SearchEngine>(std::make_unique<SqliteEngine>()); }},
    {"Postgres", [] { return std::unique_ptr<SearchEngine>(std::make_unique<PostgresEngine>()); }},
};

}  // namespace kassa
