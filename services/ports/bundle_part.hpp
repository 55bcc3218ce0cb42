#pragma once
// Reading a store bundle (a folder of files, docs/store-bundle.md): faults with their lines, progress, NDJSON
// and JSON arrays with line numbers. A use case that owns one of the files joins the import as a BundlePart,
// so that catalog/ and shoppers/ need not know each other. Runs on the thread of whoever imports; files are
// read with blocking calls.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/json.hpp"
#include "services/ports/store.hpp"

namespace kassa::ports {

inline constexpr std::size_t kBundleLineBytesMax = 1024 * 1024;
inline constexpr std::size_t kBundleDocumentBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kBundleRowsMax = 2'000'000;  ///< Rows of one kind in one import.

/// What is wrong in one line of one file. The message never repeats personal data.
struct RowFault {
  std::string file;
  std::int64_t line{};  ///< Physical line, from 1; 0: the file as a whole.
  std::string code;
  std::string message;
  std::string path{};  ///< JSON Pointer or column name, may be empty.
};

/// Every fault of an import. Keeps the first 10,000 and counts the rest.
class FaultList {
 public:
  static constexpr std::size_t kKeptMax = 10'000;

  void add(std::string_view file, std::int64_t line, std::string code, std::string message, std::string path = {});
  void add(std::string_view file, std::int64_t line, const std::vector<Problem>& problems);
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::vector<RowFault> sorted() const;  ///< By file, then line.

 private:
  std::vector<RowFault> kept_;
  std::size_t count_{};
};

/// How far the reading has come, over all files of the bundle.
struct ImportProgress {
  std::string_view file;
  std::int64_t lines_read{};
  std::int64_t lines_total{};
};

/// Reports every thousand lines and at the end of each file.
class ProgressMeter {
 public:
  ProgressMeter(std::function<void(const ImportProgress&)> report, std::int64_t lines_total)
      : report_(std::move(report)), total_(lines_total) {}
  void at(std::string_view file, std::int64_t line);
  void finished(std::string_view file, std::int64_t lines);
  [[nodiscard]] std::int64_t lines_read() const noexcept { return before_; }

 private:
  std::function<void(const ImportProgress&)> report_;
  std::int64_t total_{};
  std::int64_t before_{};  // Lines of the files that are finished.
  std::int64_t last_reported_{};
};

/// One JSON object a line; blank lines are skipped, a byte order mark and CRLF are accepted. Faults go to the
/// list.
class NdjsonReader {
 public:
  NdjsonReader(std::istream& in, std::string file, FaultList& faults, ProgressMeter& progress);
  /// The next line that is an object; nullopt at the end.
  [[nodiscard]] std::optional<json::object> next();
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  bool next_text(std::string& text);

  std::istream& in_;
  std::string file_;
  FaultList& faults_;
  ProgressMeter& progress_;
  std::int64_t line_{};
  bool done_{false};
};

struct JsonElement {
  std::int64_t line{};  ///< Where the element begins.
  json::value value;
};

/// The elements of a file that holds one JSON array, each parsed by itself: the limits of parse_json hold per
/// element.
[[nodiscard]] std::vector<JsonElement> read_json_array(std::string_view text, std::string_view file, FaultList& faults);

/// Notes a fault for each member that is not in `known`: a typo must not be silent.
void refuse_unknown_members(ObjectReader& reader, std::initializer_list<std::string_view> known);

/// A file of the bundle that another use case owns.
class BundlePart {
 public:
  virtual ~BundlePart() = default;
  [[nodiscard]] virtual std::string file() const = 0;
  /// Reads and checks the file; collects every fault.
  virtual asio::awaitable<Result<void>> read(StoreId store, std::istream& in, FaultList& faults,
                                             ProgressMeter& progress) = 0;
  /// Called when no file has a fault. Makes durable what must exist before the import commits (person keys),
  /// then adds its steps. Answers how many rows it holds.
  virtual asio::awaitable<Result<std::int64_t>> stage(StoreId store, Transaction& transaction) = 0;
};

}  // namespace kassa::ports
