#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "services/app/commands.hpp"
#include "services/app/huge_pages.hpp"

namespace {

int run(const kassa::platform::Config& config) {
  using kassa::platform::Command;
  switch (config.command) {
    case Command::kInit: return kassa::app::run_init(config);
    case Command::kImport: return kassa::app::run_import(config);
    case Command::kImportDiscounts: return kassa::app::run_import_discounts(config);
    case Command::kServe: return kassa::app::run_serve(config);
    case Command::kPrint: std::fputs(config.output.c_str(), stdout); return 0;
  }
  return kassa::app::kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  kassa::app::take_memory_in_huge_pages();
  // Keys live in this process's memory: no core file may hold them.
  ::prctl(PR_SET_DUMPABLE, 0);
  // Whoever read our log or our answer may go away at any time; a write then fails, and no payment ends with it.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto config = kassa::platform::load_config({argv + 1, argv + argc}, kassa::platform::process_environment());
    if (!config) {
      std::fprintf(stderr, "%s\n", config.error().detail.c_str());
      return kassa::platform::kUsageExitCode;
    }
    for (const auto& warning : config.value().warnings) std::fprintf(stderr, "kassad: %s\n", warning.c_str());
    return run(config.value());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "kassad: %s\n", failure.what());
    return kassa::app::kFailed;
  }
}
