#pragma once
// A bundle's folder: which files it has, and reading all that the catalogue owns. Blocking file I/O on the
// importing thread.

#include <filesystem>
#include <string>
#include <vector>

#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::catalog {

/// The files of a bundle that are there; every name but those of CSV files is fixed.
class BundleFolder {
 public:
  /// kNotFound when there is no such folder, kInvalidRequest when nothing in it is part of a bundle.
  static Result<BundleFolder> open(const std::filesystem::path& folder, const std::vector<std::string>& parts);

  [[nodiscard]] bool has(const std::string& file) const;
  [[nodiscard]] std::filesystem::path path_of(const std::string& file) const { return folder_ / file; }
  [[nodiscard]] const std::vector<std::string>& csv_files() const noexcept { return csv_files_; }
  [[nodiscard]] std::int64_t lines_total() const;
  /// The whole file, with a fault when it cannot be read or is larger than kBundleDocumentBytesMax.
  [[nodiscard]] std::string text_of(const std::string& file, ports::FaultList& faults) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> files_;
  std::vector<std::string> csv_files_;
};

/// store.json as settings. With faults they are still good enough to read the other files and find what is
/// wrong there.
[[nodiscard]] ports::StoreSettings read_settings_file(const BundleFolder& folder, ports::FaultList& faults);

/// Everything else. `notes` tells of CSV files that are no product exports.
[[nodiscard]] BundleInput read_bundle(const BundleFolder& folder, const ports::StoreSettings& settings,
                                      const std::vector<std::string>& adapters, ports::FaultList& faults,
                                      ports::ProgressMeter& progress, std::vector<std::string>& notes);

}  // namespace kassa::catalog
