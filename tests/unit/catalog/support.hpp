#pragma once
// What catalogue and shopper tests share: the repository's files, a real SQLite store with the shipped schema
// in a folder of its own, and running one coroutine to its end.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "services/catalog/import.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa {

namespace fs = std::filesystem;

inline fs::path repository() {
  for (fs::path folder = fs::current_path(); folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / "infra" / "migrations")) return folder;
  }
  throw std::runtime_error("run the tests inside the repository");
}

/// The five sample shops; nullopt where they are absent.
inline std::optional<fs::path> shared_catalogues() {
  const char* const named = std::getenv("KASSA_SHARED_DATA");
  const fs::path folder = (named == nullptr ? repository() / ".." / "shared" / "data" : fs::path(named)) / "catalog";
  if (fs::exists(folder / "apparel.csv")) return folder;
  return std::nullopt;
}

inline std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

template <class T>
boost::asio::awaitable<void> keep_answer(boost::asio::awaitable<T> work, std::optional<T>& answer) {
  answer.emplace(co_await std::move(work));
}

/// Runs a coroutine to its end on this thread.
template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context io;
  std::optional<T> answer;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, keep_answer(std::move(work), answer), [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*answer);
}

/// One SQLite database with one of the shipped schemas ("main", "keys").
class Database {
 public:
  explicit Database(const std::string& schema) {
    for (const auto& file : fs::directory_iterator(repository() / "infra/migrations" / schema)) {
      texts_.emplace(file.path().stem().string(), text_of(file.path()));
    }
    platform::SqliteOptions options;
    options.file = folder_.path() / (schema + ".db");
    store_.emplace(options, failpoints_, log_, metrics_, [] { ADD_FAILURE() << "the store failed"; });
    const std::vector<std::pair<std::string_view, std::string_view>> migrations(texts_.begin(), texts_.end());
    const auto opened = store_->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }

  ports::Store& store() { return *store_; }

  std::vector<ports::Row> rows(std::string_view sql, std::vector<ports::SqlValue> params = {}) {
    return store_->query_blocking(ports::Step(sql, std::move(params))).value();
  }
  std::int64_t number(std::string_view sql) { return ports::as_int(rows(sql).at(0).at(0)); }
  void execute(std::string_view sql, std::vector<ports::SqlValue> params = {}) {
    ports::Transaction transaction("test", StoreId{"s1"});
    transaction.add(ports::Step(sql, std::move(params)));
    ASSERT_TRUE(store_->commit_blocking(std::move(transaction)).value().applied);
  }

 private:
  TemporaryFolder folder_;
  std::map<std::string, std::string> texts_;  ///< By name, as they are applied.
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;
  std::optional<platform::SqliteStore> store_;
};

inline platform::SodiumSecretBox test_box() {
  std::array<std::byte, 32> key{};
  key.fill(std::byte{7});
  return platform::SodiumSecretBox(std::span<const std::byte, 32>(key));
}

/// A store to import into, and a folder to import from.
class ImportBench {
 public:
  ImportBench() : box_(test_box()) {}

  catalog::ImportReport import(const fs::path& from, std::vector<ports::BundlePart*> parts = {},
                               catalog::ImportOptions options = {}) {
    catalog::ImportContext context{main.store(), box_, clock_};
    auto report = run(catalog::import_bundle(context, id, from, std::move(options), std::move(parts)));
    if (!report) throw std::runtime_error(report.error().detail);
    return std::move(report).value();
  }
  catalog::ImportReport import() { return import(folder.path()); }

  Result<catalog::ImportReport> try_import() {
    catalog::ImportContext context{main.store(), box_, clock_};
    return run(catalog::import_bundle(context, id, folder.path(), {}, {}));
  }

  /// A minimal store.json and the given files.
  void bundle(const std::map<std::string, std::string>& files) {
    write_file(folder.path() / "store.json", R"({"name":"Test","currencies":["USD","EUR"]})");
    for (const auto& [name, text] : files) write_file(folder.path() / name, text);
  }

  const ports::SecretBox& box() const { return box_; }
  const Clock& clock() const { return clock_; }

  const StoreId id{"s1"};
  TemporaryFolder folder;
  Database main{"main"};

 private:
  platform::SodiumSecretBox box_;
  ManualClock clock_;
};

/// "file:line code" for each fault.
inline std::vector<std::string> brief(const std::vector<ports::RowFault>& faults) {
  std::vector<std::string> result;
  for (const auto& fault : faults) result.push_back(fault.file + ":" + std::to_string(fault.line) + " " + fault.code);
  return result;
}

}  // namespace kassa
