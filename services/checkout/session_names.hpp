#pragma once
// What a session is called in the tables that Sessions keeps, and what its sealed rows are bound to. Pure.

#include <string>
#include <string_view>

#include "services/checkout/session.hpp"

namespace kassa::checkout {

[[nodiscard]] inline std::string dirty_key(const Session& session) {
  return session.store.value + "|" + session.id.value;
}

[[nodiscard]] inline std::string person_name(const Session& session) {
  return session.store.value + "|" + session.person.value;
}

/// The additional data of a sealed row.
[[nodiscard]] inline std::string row_name(std::string_view table, const StoreId& store, std::string_view row) {
  return std::string(table).append("|").append(store.value).append("|").append(row);
}

}  // namespace kassa::checkout
