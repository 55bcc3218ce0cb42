#pragma once
// Full-text search over the published products of a store, as the core sees it: each engine has an index of its own
// over the rows of product_search (catalog/search_index writes them in the transaction of the products), and all of
// them find the same products in the same order. Awaited on any executor; the store's readers do the work.

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "services/ports/store.hpp"

namespace kassa::ports {

/// What is searched for, in the spelling of the index (see index_word()): all words, and one of the facets if there are
/// any. Never empty: somebody who looks for nothing needs no index.
struct SearchTerms {
  std::vector<std::string> words;
  bool open_end{false};  ///< The last word may be the beginning of a longer one.
  std::vector<std::string> facets;
};

/// Better places first: all words in the title; else in title, tags, category, vendor, SKUs; else the description
/// helps.
inline constexpr int kSearchTiers = 3;

/// Where a product stands in the order of one search: by tier, then by the number that it got when it came to be
/// searchable (one import goes by product id).
struct SearchPlace {
  int tier{};
  std::int64_t doc{};
  friend auto operator<=>(const SearchPlace&, const SearchPlace&) = default;
};

struct SearchHit {
  std::string product;
  SearchPlace place;
};

class CatalogSearch {
 public:
  /// `store` must outlive it.
  explicit CatalogSearch(Store& store) : store_(store) {}
  virtual ~CatalogSearch() = default;
  CatalogSearch(const CatalogSearch&) = delete;
  CatalogSearch& operator=(const CatalogSearch&) = delete;

  /// The next `limit` products behind `after`; fewer: there are no more.
  asio::awaitable<Result<std::vector<SearchHit>>> find(StoreId store, SearchTerms terms, SearchPlace after,
                                                       std::size_t limit);

 private:
  /// Reads product_id and doc of one tier alone, by doc.
  [[nodiscard]] virtual Step step_for(const StoreId& store, const SearchTerms& terms, SearchPlace after,
                                      std::size_t limit) const = 0;

  Store& store_;
};

/// A word in the spelling of the index: stores have words of their own, so that one's products cost another no time.
[[nodiscard]] std::string index_word(const StoreId& store, std::string_view folded_word);
/// The same for a category as a whole, compared folded.
[[nodiscard]] std::string index_category(const StoreId& store, std::string_view category);

}  // namespace kassa::ports
