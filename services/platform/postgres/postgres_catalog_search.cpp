#include "services/platform/postgres/postgres_catalog_search.hpp"

namespace kassa::platform {
namespace {

/// A word may stand in a quarter of all products, of which a page needs the first few; a GIN index gives all or none,
/// in no order. So the index is asked for one block of numbers after the other, each four times the one before, and
/// what is behind them at last: where few were found until then, few are left. The branches of a UNION ALL without
/// parallel workers run one after the other, and no further than the limit. "+ 0" keeps the planner from walking
/// through all documents in the order of their numbers.
constexpr std::string_view kFindDocuments =
    "WITH a AS MATERIALIZED (SELECT min(doc) AS at FROM product_search WHERE store_id = $3 AND doc > $2), "
    "b AS MATERIALIZED (SELECT ((at >> 10) + 1) << 10 AS at FROM a), "
    "c AS MATERIALIZED (SELECT ((at >> 12) + 1) << 12 AS at FROM b), "
    "d AS MATERIALIZED (SELECT ((at >> 14) + 1) << 14 AS at FROM c), "
    "e AS MATERIALIZED (SELECT ((at >> 16) + 1) << 16 AS at FROM d) "
    "SELECT product_id, doc FROM ("
    "(SELECT product_id, doc FROM product_search WHERE lexemes @@ (SELECT CAST($1 || ' & r10_' || (at >> 10) AS "
    "tsquery) "
    "FROM a) AND doc + 0 >= (SELECT at FROM a) AND store_id || '' = $3 ORDER BY doc + 0 LIMIT $4) UNION ALL "
    "(SELECT product_id, doc FROM product_search WHERE lexemes @@ (SELECT CAST($1 || ' & r12_' || (at >> 12) AS "
    "tsquery) "
    "FROM b) AND doc + 0 >= (SELECT at FROM b) AND store_id || '' = $3 ORDER BY doc + 0 LIMIT $4) UNION ALL "
    "(SELECT product_id, doc FROM product_search WHERE lexemes @@ (SELECT CAST($1 || ' & r14_' || (at >> 14) AS "
    "tsquery) "
    "FROM c) AND doc + 0 >= (SELECT at FROM c) AND store_id || '' = $3 ORDER BY doc + 0 LIMIT $4) UNION ALL "
    "(SELECT product_id, doc FROM product_search WHERE lexemes @@ (SELECT CAST($1 || ' & r16_' || (at >> 16) AS "
    "tsquery) "
    "FROM d) AND doc + 0 >= (SELECT at FROM d) AND store_id || '' = $3 ORDER BY doc + 0 LIMIT $4) UNION ALL "
    "(SELECT product_id, doc FROM product_search WHERE lexemes @@ CAST($1 AS tsquery) AND doc + 0 >= (SELECT at FROM "
    "e) "
    "AND store_id || '' = $3 ORDER BY doc + 0 LIMIT $4)) AS found LIMIT $4";

/// A category's products are few enough to be looked at all.
constexpr std::string_view kFindInCategories =
    "SELECT product_id, doc FROM product_search WHERE lexemes @@ CAST($1 AS tsquery) AND doc + 0 > $2 AND store_id || "
    "'' = $3 ORDER BY doc + 0 LIMIT $4";

/// In quotes nothing is an operator; index words hold neither quotes nor backslashes.
std::string tsquery_words(const ports::SearchTerms& terms, char where) {
  std::string text;
  for (std::size_t i = 0; i < terms.words.size(); ++i) {
    text.append(text.empty() ? "'" : " & '").append(1, where).append(terms.words[i]).append("'");
    if (terms.open_end && i + 1 == terms.words.size()) text.append(":*");
  }
  return text;
}

std::string tsquery_of(const ports::SearchTerms& terms, int tier) {
  std::string text = "(" + tsquery_words(terms, static_cast<char>('a' + tier)) + ")";
  if (tier > 0) text.append(" & !(").append(tsquery_words(terms, static_cast<char>('a' + tier - 1))).append(")");
  if (terms.facets.empty()) return text;
  std::string facets;
  for (const std::string& facet : terms.facets) {
    facets.append(facets.empty() ? "'c" : " | 'c").append(facet).append("'");
  }
  return text + " & (" + facets + ")";
}

}  // namespace

ports::Step PostgresCatalogSearch::step_for(const StoreId& store, const ports::SearchTerms& terms,
                                            ports::SearchPlace after, std::size_t limit) const {
  return ports::Step(terms.facets.empty() ? kFindDocuments : kFindInCategories,
                     {tsquery_of(terms, after.tier), after.doc, store.value, static_cast<std::int64_t>(limit)});
}

}  // namespace kassa::platform
