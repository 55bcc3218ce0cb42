#pragma once
// The catalogue's search on PostgreSQL: a tsvector with weights and a GIN index (see kPostgresSearchIndex).

#include "services/ports/catalog_search.hpp"

namespace kassa::platform {

class PostgresCatalogSearch final : public ports::CatalogSearch {
 public:
  using CatalogSearch::CatalogSearch;

 private:
  [[nodiscard]] ports::Step step_for(const StoreId& store, const ports::SearchTerms& terms, ports::SearchPlace after,
                                     std::size_t limit) const override;
};

}  // namespace kassa::platform
