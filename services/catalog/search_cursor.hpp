#pragma once
// Where a search goes on: opaque to clients, and bound to the store and the query by a keyed check that a foreign,
// changed or forged cursor fails. It holds nothing secret. Pure.

#include <optional>
#include <string>

#include "services/catalog/search.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::catalog {

struct SearchCursor {
  ports::SearchPlace place;           ///< Of the last product, with a text.
  std::string product;                ///< The last product's id, without, or sorted by price.
  std::optional<std::int64_t> total;  ///< What was counted for the first page.
  std::int64_t price{};               ///< The last product's, sorted by price.
};

/// Every node of a deployment has the same key, so each reads what another wrote.
[[nodiscard]] std::string write_cursor(const ports::SecretBox& box, const StoreId& store, const CatalogQuery& query,
                                       const SearchCursor& cursor);
[[nodiscard]] std::optional<SearchCursor> read_cursor(const ports::SecretBox& box, const StoreId& store,
                                                      const CatalogQuery& query, std::string_view text);

}  // namespace kassa::catalog
