#include "services/catalog/import.hpp"

#include <algorithm>
#include <fstream>

#include "services/catalog/bundle_files.hpp"
#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/current_rows.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/pool_codes.hpp"
#include "services/catalog/price_lists.hpp"

namespace kassa::catalog {
namespace {

constexpr int kImportTriesMax = 3;

/// What one import carries through its awaits.
struct Import {
  ImportContext context;
  StoreId store;
  ImportOptions options;
  std::vector<ports::BundlePart*> parts;
  ports::FaultList faults;
  BundleInput bundle;
  ports::StoreSettings settings;
  ImportReport report;

  Import(ImportContext context_, StoreId store_, ImportOptions options_, std::vector<ports::BundlePart*> parts_)
      : context(context_), store(std::move(store_)), options(std::move(options_)), parts(std::move(parts_)) {}
};

/// The bundle's settings, else the stored ones.
asio::awaitable<Result<ports::StoreSettings>> settings_of(Import& import, const BundleFolder& folder) {
  if (folder.has("store.json")) co_return read_settings_file(folder, import.faults);
  auto stored = co_await load_settings(import.context.store, import.store);
  if (stored) co_return std::move(stored.value().settings);
  if (stored.error().code != Errc::kNotFound) co_return std::move(stored).error();
  co_return Error{Errc::kNotFound, "this store does not exist yet: its bundle needs a store.json"};
}

asio::awaitable<Result<void>> read_files(Import& import, const BundleFolder& folder) {
  ports::ProgressMeter progress(import.options.progress, folder.lines_total());
  import.bundle =
      read_bundle(folder, import.settings, import.options.adapters, import.faults, progress, import.report.notes);
  for (ports::BundlePart* const part : import.parts) {
    const std::string file = part->file();
    if (!folder.has(file)) continue;
    std::ifstream in(folder.path_of(file), std::ios::binary);
    KASSA_CO_TRY(co_await part->read(import.store, in, import.faults, progress));
  }
  import.report.lines_read = progress.lines_read();
  co_return ok();
}

ports::Step store_step(const Import& import, const CurrentRows& current, const std::string& settings) {
  std::vector<ports::SqlValue> params{import.store.value, settings, current.revision + 1};
  if (current.exists) {
    params.emplace_back(current.revision);
    return ports::Step(sql::kUpdateStore, std::move(params), ports::Guard::exactly(1, "revision_moved"));
  }
  params.emplace_back(import.options.mode);
  params.emplace_back(to_millis(import.context.clock.now()));
  return ports::Step(sql::kInsertStore, std::move(params), ports::Guard::exactly(1, "revision_moved"));
}

/// Where goods are kept and what lists are called counts for every product.
bool changes_all_goods(const std::vector<ports::Step>& steps) {
  return std::ranges::any_of(steps, [](const ports::Step& step) {
    return step.sql == sql::kPutLocation || step.sql == sql::kCloseLocation ||
           (step.sql == sql::kPutTable && ports::as_string(step.params.at(1)) == kPriceListsKind);
  });
}

/// False: somebody else changed the store meanwhile; compare again.
asio::awaitable<Result<bool>> try_once(Import& import, const BundleFolder& folder) {
  auto loaded = co_await load_current_rows(import.context.store, import.store);
  if (!loaded) co_return std::move(loaded).error();
  const CurrentRows& current = loaded.value();
  ImportPlan plan = plan_import(import.store, import.bundle, import.settings, current, import.context.clock.now(),
                                import.context.box, import.faults);
  KASSA_CO_TRY(co_await check_pool_codes(import.context.store, import.store, import.bundle, import.faults));
  import.report.counts = plan.counts;
  import.report.revision = current.revision;
  if (!import.faults.empty() || import.options.check_only) co_return true;
  const std::string settings = import.bundle.settings ? json::serialize(*import.bundle.settings) : current.settings;
  const auto changed = products_changed_by(plan.steps, current);
  const bool everything = changes_all_goods(plan.steps);
  ports::Transaction transaction("import", import.store);
  transaction.add(store_step(import, current, settings));
  for (ports::Step& step : plan.steps) transaction.add(std::move(step));
  for (ports::BundlePart* const part : import.parts) {
    const std::string file = part->file();
    if (!folder.has(file)) continue;
    auto rows = co_await part->stage(import.store, transaction);
    if (!rows) co_return std::move(rows).error();
    import.report.parts[file] = rows.value();
  }
  const bool nothing_to_do = transaction.steps.size() == 1 && current.exists && settings == current.settings;
  if (nothing_to_do) co_return true;
  note_changes(import.store, current.revision + 1, import.context.clock.now(), changed, everything, transaction.steps);
  refuse_pool_codes(import.store, import.bundle, transaction);
  auto committed = co_await import.context.store.commit(std::move(transaction));
  if (!committed) co_return std::move(committed).error();
  const ports::Committed& answer = committed.value();
  import.report.applied = answer.applied;
  if (answer.applied) {
    import.report.revision = current.revision + 1;
    co_return true;
  }
  const auto place = plan.place_of_step.find(answer.refused_at - 1);
  if (place == plan.place_of_step.end()) co_return false;
  import.faults.add(place->second.file, place->second.line, answer.refused_label, "An order changed this meanwhile.");
  co_return true;
}

}  // namespace

asio::awaitable<Result<ImportReport>> import_bundle(ImportContext context, StoreId store, std::filesystem::path folder,
                                                    ImportOptions options, std::vector<ports::BundlePart*> parts) {
  std::vector<std::string> part_files;
  part_files.reserve(parts.size());
  for (const ports::BundlePart* const part : parts) part_files.push_back(part->file());
  KASSA_CO_TRY(auto files, BundleFolder::open(folder, part_files));
  if (!options.may_create) {
    KASSA_CO_TRY(co_await load_revision(context.store, store));
  }
  Import import(context, std::move(store), std::move(options), std::move(parts));
  auto settings = co_await settings_of(import, files);
  if (!settings) co_return std::move(settings).error();
  import.settings = std::move(settings).value();
  KASSA_CO_TRY(co_await read_files(import, files));
  bool done = false;
  for (int tries = 0; !done; ++tries) {
    if (tries == kImportTriesMax)
      co_return Error{Errc::kVersionConflict, "the store is being changed by somebody else"};
    auto tried = co_await try_once(import, files);
    if (!tried) co_return std::move(tried).error();
    done = tried.value();
  }
  import.report.faults = import.faults.sorted();
  import.report.fault_count = import.faults.count();
  co_return std::move(import.report);
}

}  // namespace kassa::catalog
