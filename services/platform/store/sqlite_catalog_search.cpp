#include "services/platform/store/sqlite_catalog_search.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kFindProducts =
    "SELECT d.product_id, d.doc FROM product_fts f JOIN product_search d ON d.doc = f.rowid WHERE product_fts MATCH $1 "
    "AND f.rowid > $2 AND d.store_id = $3 ORDER BY f.rowid LIMIT $4";

/// In quotes nothing is an operator; index words hold no quotes.
std::string fts_words(const ports::SearchTerms& terms) {
  std::string text;
  for (const std::string& word : terms.words) {
    if (!text.empty()) text += " AND ";
    text.append("\"").append(word).append("\"");
  }
  if (terms.open_end) text += " *";
  return text;
}

/// Facets stand first and inside of what is excluded from: an engine then looks at the category's products alone.
std::string fts_query(const ports::SearchTerms& terms, int tier) {
  const std::string words = "(" + fts_words(terms) + ")";
  std::string facets;
  for (const std::string& facet : terms.facets) {
    facets.append(facets.empty() ? "(\"" : " OR \"").append(facet).append("\"");
  }
  if (!facets.empty()) facets += ") AND ";
  if (tier == 0) return facets + "(title : " + words + ")";
  if (tier == 1) return "(" + facets + "({title tags} : " + words + ")) NOT (title : " + words + ")";
  return "(" + facets + words + ") NOT ({title tags} : " + words + ")";
}

}  // namespace

ports::Step SqliteCatalogSearch::step_for(const StoreId& store, const ports::SearchTerms& terms,
                                          ports::SearchPlace after, std::size_t limit) const {
  return ports::Step(kFindProducts,
                     {fts_query(terms, after.tier), after.doc, store.value, static_cast<std::int64_t>(limit)});
}

}  // namespace kassa::platform
