#include "services/platform/postgres/postgres_values.hpp"

#include <libpq-fe.h>

#include <limits>
#include <optional>

namespace kassa::platform {
namespace {

using ports::SqlValue;

constexpr std::size_t kParamsMax = 65'535;
constexpr std::size_t kParamBytesMax = 512UL * 1024 * 1024;

// Type OIDs of the server's catalogue (pg_type.dat): fixed for ever.
constexpr unsigned kBool = 16;
constexpr unsigned kBytea = 17;
constexpr unsigned kInt8 = 20;
constexpr unsigned kInt2 = 21;
constexpr unsigned kInt4 = 23;
constexpr unsigned kNumeric = 1700;
constexpr unsigned kTexts[] = {25, 19, 18, 1043, 1042, 705};  // text, name, "char", varchar, char(n), unknown.

PostgresFault bug(std::string message) { return {PostgresFault::Kind::kBug, "", std::move(message)}; }

using Cell = std::span<const unsigned char>;

std::int64_t big_endian(Cell bytes) {
  std::uint64_t value = !bytes.empty() && bytes[0] >= 0x80 ? ~std::uint64_t{0} : 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

/// sum() over BIGINT is a numeric: groups of four decimal digits. Nothing for a fraction or what does not fit.
std::optional<std::int64_t> whole_number(Cell cell) {
  constexpr std::int64_t kNegative = 0x4000;
  if (cell.size() < 8) return std::nullopt;
  const std::int64_t groups = big_endian(cell.subspan(0, 2));
  const std::int64_t weight = big_endian(cell.subspan(2, 2));
  const std::int64_t sign = big_endian(cell.subspan(4, 2));
  if (groups < 0 || (sign != 0 && sign != kNegative) || groups > weight + 1) return std::nullopt;
  std::int64_t value = 0;
  for (std::int64_t i = 0; i <= weight; ++i) {
    const auto at = static_cast<std::size_t>(8 + 2 * i);
    const std::int64_t group = i < groups ? big_endian(cell.subspan(at, 2)) : 0;
    if (__builtin_mul_overflow(value, 10'000, &value)) return std::nullopt;
    if (__builtin_sub_overflow(value, group, &value)) return std::nullopt;
  }
  if (sign == kNegative) return value;
  if (value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -value;
}

std::string text_of(Cell cell) { return {reinterpret_cast<const char*>(cell.data()), cell.size()}; }

PostgresResult<SqlValue> read_cell(unsigned type, Cell cell) {
  if (type == kInt8 || type == kInt4 || type == kInt2) return SqlValue(big_endian(cell));
  if (type == kBool) return SqlValue(std::int64_t{!cell.empty() && cell[0] != 0});
  if (type == kBytea) {
    const auto* const data = reinterpret_cast<const std::byte*>(cell.data());
    return SqlValue(Bytes(data, data + cell.size()));
  }
  if (type == kNumeric) {
    if (const auto number = whole_number(cell)) return SqlValue(*number);
    return bug("a column is a number that is not a 64-bit integer");
  }
  for (const unsigned known : kTexts) {
    if (type == known) return SqlValue(text_of(cell));
  }
  return bug("a column has the type with OID " + std::to_string(type));
}

struct AddOne {
  std::vector<std::string>& numbers;
  std::vector<const char*>& values;
  std::vector<int>& lengths;
  std::vector<int>& formats;

  void operator()(std::monostate) const { add(nullptr, 0, 0); }
  void operator()(std::int64_t value) const {
    numbers.push_back(std::to_string(value));
    add(numbers.back().c_str(), 0, 0);
  }
  void operator()(const std::string& value) const { add(value.c_str(), 0, 0); }
  void operator()(const Bytes& value) const {
    // An empty vector may have no address, and a null pointer would be NULL.
    const char* const data = value.empty() ? "" : reinterpret_cast<const char*>(value.data());
    add(data, static_cast<int>(value.size()), 1);
  }

 private:
  void add(const char* value, int length, int format) const {
    values.push_back(value);
    lengths.push_back(length);
    formats.push_back(format);
  }
};

}  // namespace

PostgresParams::PostgresParams(std::span<const SqlValue> values) {
  numbers_.reserve(values.size());  // Addresses are taken: it must not grow.
  values_.reserve(values.size());
  lengths_.reserve(values.size());
  formats_.reserve(values.size());
  const AddOne add{numbers_, values_, lengths_, formats_};
  for (const SqlValue& value : values) std::visit(add, value);
}

PostgresResult<void> check_params(std::span<const SqlValue> values) {
  if (values.size() > kParamsMax) return bug("too many parameters");
  for (const SqlValue& value : values) {
    const auto* const text = std::get_if<std::string>(&value);
    const auto* const bytes = std::get_if<Bytes>(&value);
    if (text != nullptr && text->find('\0') != std::string::npos) return bug("a text parameter has a zero byte");
    if ((text != nullptr ? text->size() : bytes != nullptr ? bytes->size() : 0) > kParamBytesMax) {
      return bug("a parameter is too long");
    }
  }
  return outcome::success();
}

PostgresResult<std::vector<ports::Row>> read_rows(const pg_result* result) {
  const int rows = PQntuples(result);
  const int columns = PQnfields(result);
  std::vector<ports::Row> out;
  out.reserve(static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    ports::Row& line = out.emplace_back();
    line.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        line.emplace_back(std::monostate{});
        continue;
      }
      const auto* const data = reinterpret_cast<const unsigned char*>(PQgetvalue(result, row, column));
      const Cell cell(data, static_cast<std::size_t>(PQgetlength(result, row, column)));
      BOOST_OUTCOME_TRY(auto value, read_cell(PQftype(result, column), cell));
      line.push_back(std::move(value));
    }
  }
  return out;
}

}  // namespace kassa::platform
