#pragma once
// Parameters on their way to libpq and columns on their way back. The server infers the type of each parameter from
// the statement; integers and text travel as text, bytes in binary. Results are binary. Pure functions.

#include <span>
#include <string>
#include <vector>

#include "services/platform/postgres/postgres_fault.hpp"
#include "services/ports/store.hpp"

namespace kassa::platform {

/// The arrays that PQsendQueryPrepared wants. Points into the values it was made from, which must outlive it.
class PostgresParams {
 public:
  explicit PostgresParams(std::span<const ports::SqlValue> values);
  [[nodiscard]] int count() const noexcept { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }

 private:
  std::vector<std::string> numbers_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

/// A fault for what the protocol would cut short: text with a zero byte in it, or more than it can carry.
[[nodiscard]] PostgresResult<void> check_params(std::span<const ports::SqlValue> values);

/// Every row of a result in binary format.
[[nodiscard]] PostgresResult<std::vector<ports::Row>> read_rows(const pg_result* result);

}  // namespace kassa::platform
