#include <cstdio>
#include <fstream>
#include <iterator>

#include "services/app/commands.hpp"
#include "services/catalog/foreign_rules.hpp"

namespace kassa::app {

int run_import_discounts(const platform::Config& config) {
  std::ifstream in(config.file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || !in.is_open()) {
    std::fprintf(stderr, "kassad import-discounts: %s cannot be read\n", config.file.c_str());
    return kFailed;
  }
  const catalog::ForeignRules read = catalog::read_foreign_rules(config.from, text);
  for (const catalog::ForeignFault& fault : read.faults) {
    std::fprintf(stderr, "%s:%lld: %s%s%s\n", config.file.c_str(), static_cast<long long>(fault.line),
                 fault.name.c_str(), fault.name.empty() ? "" : ": ", fault.reason.c_str());
  }
  if (!read.faults.empty()) {
    std::fprintf(stderr, "kassad import-discounts: %zu faults, no rule was written\n", read.faults.size());
    return kFailed;
  }
  for (const std::string& note : read.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  for (const json::value& rule : read.rules) std::printf("%s\n", json::serialize(rule).c_str());
  return 0;
}

}  // namespace kassa::app
