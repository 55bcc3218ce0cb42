#pragma once
// RFC 4180 records from a stream, one at a time, with the physical line each begins on. Accepts a byte order
// mark, CRLF, LF and CR line ends, and line breaks inside quotes. Knows nothing of columns. Owned and used by
// one importing thread.

#include <array>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace kassa::catalog {

inline constexpr std::size_t kCsvFieldBytesMax = 1024 * 1024;
inline constexpr std::size_t kCsvFieldsMax = 1'024;

struct CsvRecord {
  std::int64_t line{};  ///< Where it begins, from 1.
  std::vector<std::string> fields;
  std::string_view fault;  ///< A word for the first thing that is wrong, empty when nothing is.

  [[nodiscard]] bool blank() const noexcept { return fields.size() == 1 && fields.front().empty(); }
};

class CsvReader {
 public:
  explicit CsvReader(std::istream& in);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// False at the end. A faulty record is still returned, read as far as it makes sense, and reading can go
  /// on.
  [[nodiscard]] bool next(CsvRecord& record);
  /// Physical lines read so far.
  [[nodiscard]] std::int64_t lines() const noexcept { return line_ - 1 + (mid_line_ ? 1 : 0); }

 private:
  static constexpr int kEnd = -1;

  int peek();
  int get();
  int read_field(CsvRecord& record, std::string& field);
  void read_quoted(CsvRecord& record, std::string& field);

  std::istream& in_;
  std::array<char, 64 * 1024> buffer_{};
  std::size_t at_{};
  std::size_t size_{};
  std::int64_t line_{1};
  bool mid_line_{false};
};

/// A sentence for a CsvRecord's fault.
[[nodiscard]] std::string csv_fault_text(std::string_view fault);

}  // namespace kassa::catalog
