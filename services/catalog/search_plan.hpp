#pragma once
// The part of an import plan that keeps the search index with the products.

#include "services/catalog/table_sync.hpp"

namespace kassa::catalog {

/// To be called behind the products and variants: whatever the plan changes of them so far is indexed anew.
void plan_search(PlanContext context, const std::vector<ProductInput>& products, const CurrentRows& current);

}  // namespace kassa::catalog
