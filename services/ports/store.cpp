#include "services/ports/store.hpp"

#include "services/base/ensure.hpp"

namespace kassa::ports {

std::int64_t as_int(const SqlValue& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  ensure(found != nullptr, "column is not an integer");
  return *found;
}

const std::string& as_string(const SqlValue& value) {
  const auto* found = std::get_if<std::string>(&value);
  ensure(found != nullptr, "column is not text");
  return *found;
}

const Bytes& as_blob(const SqlValue& value) {
  const auto* found = std::get_if<Bytes>(&value);
  ensure(found != nullptr, "column is not a blob");
  return *found;
}

bool is_null(const SqlValue& value) noexcept { return std::holds_alternative<std::monostate>(value); }

}  // namespace kassa::ports
