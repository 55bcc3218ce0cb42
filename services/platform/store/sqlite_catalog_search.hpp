#pragma once
// The catalogue's search on SQLite: FTS5 (see kSqliteSearchIndex), which answers in the order of doc and stops as soon
// as it has enough.

#include "services/ports/catalog_search.hpp"

namespace kassa::platform {

class SqliteCatalogSearch final : public ports::CatalogSearch {
 public:
  using CatalogSearch::CatalogSearch;

 private:
  [[nodiscard]] ports::Step step_for(const StoreId& store, const ports::SearchTerms& terms, ports::SearchPlace after,
                                     std::size_t limit) const override;
};

}  // namespace kassa::platform
