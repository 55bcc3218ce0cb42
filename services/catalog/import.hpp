#pragma once
// Importing a store bundle: all of it or nothing. Reads the folder, compares it with the store and commits
// one transaction. Used by `kassad import` on an io_context of its own: files are read with blocking calls
// between awaits.

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/catalog/import_plan.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

struct ImportOptions {
  std::string mode{"test"};           ///< "test" or "live", for a store that does not exist yet.
  std::vector<std::string> adapters;  ///< Gateway adapters of this deployment; empty: not checked.
  bool check_only{false};             ///< Reads and compares, writes nothing.
  bool may_create{true};              ///< A store that does not exist yet is made.
  std::function<void(const ports::ImportProgress&)> progress;
};

struct ImportReport {
  bool applied{false};        ///< False with faults (nothing was written), or when nothing was to change.
  std::int64_t revision{};    ///< The store's after the import.
  std::int64_t lines_read{};  ///< Of CSV and NDJSON files.
  ImportCounts counts;
  std::map<std::string, std::int64_t> parts;  ///< File of a BundlePart -> its rows.
  std::vector<std::string> notes;
  std::vector<ports::RowFault> faults;  ///< At most FaultList::kKeptMax of them.
  std::size_t fault_count{};
};

struct ImportContext {
  ports::Store& store;
  const ports::SecretBox& box;
  const Clock& clock;
};

/// Faults in files are in the report. An Error means that nothing could be done: no folder, no store row and
/// no store.json, the store did not answer. `parts` must outlive the await.
asio::awaitable<Result<ImportReport>> import_bundle(ImportContext context, StoreId store, std::filesystem::path folder,
                                                    ImportOptions options, std::vector<ports::BundlePart*> parts);

}  // namespace kassa::catalog
