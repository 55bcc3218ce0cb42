#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "payments/adapters/registry.hpp"
#include "services/app/commands.hpp"
#include "services/app/data_directory.hpp"
#include "services/app/run_to_end.hpp"
#include "services/catalog/import.hpp"
#include "services/platform/obs/failpoints.hpp"
#include "services/platform/obs/log.hpp"
#include "services/platform/obs/metrics.hpp"
#include "services/platform/obs/system_clock.hpp"
#include "services/platform/store/file_lock.hpp"
#include "services/shoppers/import.hpp"

namespace kassa::app {

namespace asio = boost::asio;

namespace {

void print_progress(const ports::ImportProgress& progress) {
  std::fprintf(stderr, "\r%.*s: %lld of %lld lines", static_cast<int>(progress.file.size()), progress.file.data(),
               static_cast<long long>(progress.lines_read), static_cast<long long>(progress.lines_total));
}

void print_faults(const catalog::ImportReport& report) {
  for (const ports::RowFault& fault : report.faults) {
    std::fprintf(stderr, "%s:%lld: %s: %s%s%s\n", fault.file.c_str(), static_cast<long long>(fault.line),
                 fault.code.c_str(), fault.message.c_str(), fault.path.empty() ? "" : " at ", fault.path.c_str());
  }
  if (report.fault_count > report.faults.size()) {
    std::fprintf(stderr, "... and %zu more\n", report.fault_count - report.faults.size());
  }
}

int refuse_import(const std::string& why) {
  std::fprintf(stderr, "kassad import: %s\n", why.c_str());
  return kFailed;
}

/// While a server has the files open, goods and rules go through it.
std::string why_not_opened(const platform::Config& config, const Error& error) {
  const auto file = std::filesystem::path(config.data) / "kassa.db";
  std::error_code failed;
  const bool taken =
      config.database.empty() && std::filesystem::exists(file, failed) && !platform::FileLock::take(file);
  if (!taken) return error.detail;
  return error.detail +
         "; a server that is running takes products, prices, stock and discount rules by its admin API (PUT "
         "/admin/v1/products, /prices and /stock, POST /admin/v1/discounts/import); for a whole bundle stop it first";
}

int report_import(const catalog::ImportReport& report) {
  if (::isatty(STDERR_FILENO) == 1) std::fputc('\n', stderr);
  print_faults(report);
  if (report.fault_count > 0) {
    std::fprintf(stderr, "kassad import: nothing was imported\n");
    return kFailed;
  }
  for (const std::string& note : report.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  std::printf("{\"event\":\"imported\",\"applied\":%s,\"lines\":%lld,\"revision\":%lld}\n",
              report.applied ? "true" : "false", static_cast<long long>(report.lines_read),
              static_cast<long long>(report.revision));
  return 0;
}

}  // namespace

int run_import(const platform::Config& config) {
  const platform::SystemClock clock;
  platform::PrometheusMetrics metrics;
  platform::SpdlogLog log(clock, metrics, ports::Log::Level::kWarn);
  const auto failpoints = platform::make_failpoints(config.crash_at);
  if (!failpoints) return refuse_import(failpoints.error().detail);
  DataDirectoryOptions options;
  options.folder = config.data;
  options.database = config.database;
  options.keys_database = config.keys_database;
  auto opened = DataDirectory::open(options, *failpoints.value(), log, metrics, [] {});
  if (!opened) return refuse_import(why_not_opened(config, opened.error()));
  DataDirectory& data = *opened.value();
  shoppers::ShopperFile shoppers(data.main(), data.keys(), data.box(), clock);
  catalog::ImportOptions how;
  for (const auto& row : payments::adapters()) how.adapters.emplace_back(row.name);
  how.may_create = config.new_store;
  if (::isatty(STDERR_FILENO) == 1) how.progress = print_progress;
  asio::io_context context(1);
  const catalog::ImportContext world{data.main(), data.box(), clock};
  auto report =
      run_to_end(context, catalog::import_bundle(world, StoreId{config.store}, config.folder, how, {&shoppers}));
  if (!report.has_value()) {
    const bool unknown = !config.new_store && report.error().code == Errc::kNotFound;
    std::fprintf(stderr, "kassad import: %s%s\n", report.error().detail.c_str(),
                 unknown ? "; kassad init makes a store with its keys, import --new one without" : "");
    return kFailed;
  }
  return report_import(report.value());
}

}  // namespace kassa::app
