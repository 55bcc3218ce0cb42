#include "services/platform/postgres/postgres_catalog_search.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kFindDocuments =
    "SELECT product_id, doc FROM product_search WHERE document @@ CAST($1 AS tsquery) AND doc > $2 AND store_id = $3 "
    "ORDER BY doc LIMIT $4";

/// In quotes nothing is an operator; index words hold neither quotes nor backslashes.
std::string tsquery_words(const ports::SearchTerms& terms, std::string_view weights) {
  std::string text;
  for (std::size_t i = 0; i < terms.words.size(); ++i) {
    const bool open = terms.open_end && i + 1 == terms.words.size();
    text.append(text.empty() ? "'" : " & '").append(terms.words[i]).append("'");
    if (open || !weights.empty()) text.append(open ? ":*" : ":").append(weights);
  }
  return text;
}

std::string tsquery_of(const ports::SearchTerms& terms, int tier) {
  std::string text = tsquery_words(terms, tier == 0 ? "A" : tier == 1 ? "AB" : "");
  if (tier > 0) text.append(" & !(").append(tsquery_words(terms, tier == 1 ? "A" : "AB")).append(")");
  if (terms.facets.empty()) return text;
  std::string facets;
  for (const std::string& facet : terms.facets) {
    facets.append(facets.empty() ? "'" : " | '").append(facet).append("'");
  }
  return "(" + text + ") & (" + facets + ")";
}

}  // namespace

ports::Step PostgresCatalogSearch::step_for(const StoreId& store, const ports::SearchTerms& terms,
                                            ports::SearchPlace after, std::size_t limit) const {
  return ports::Step(kFindDocuments,
                     {tsquery_of(terms, after.tier), after.doc, store.value, static_cast<std::int64_t>(limit)});
}

}  // namespace kassa::platform
