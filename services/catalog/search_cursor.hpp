#pragma once
// Where a search goes on: opaque to clients, and bound to the store and the query by a check that a changed or foreign
// cursor fails. It holds nothing secret and grants nothing. Pure.

#include <optional>
#include <string>

#include "services/catalog/search.hpp"

namespace kassa::catalog {

struct SearchCursor {
  ports::SearchPlace place;           ///< Of the last product, with a text.
  std::string product;                ///< The last product's id, without.
  std::optional<std::int64_t> total;  ///< What was counted for the first page.
};

[[nodiscard]] std::string write_cursor(const StoreId& store, const CatalogQuery& query, const SearchCursor& cursor);
[[nodiscard]] std::optional<SearchCursor> read_cursor(const StoreId& store, const CatalogQuery& query,
                                                      std::string_view text);

}  // namespace kassa::catalog
