#include "services/ports/catalog_search.hpp"

#include "services/base/ensure.hpp"
#include "services/base/fold.hpp"
#include "services/base/hash.hpp"

namespace kassa::ports {
namespace {

constexpr std::size_t kStoreMarkChars = 5;  // Two stores with one mark cost each other time, nothing else.
constexpr std::size_t kCategoryChars = 16;

std::string store_mark(const StoreId& store) { return sha256_hex(store.value).substr(0, kStoreMarkChars); }

}  // namespace

std::string index_word(const StoreId& store, std::string_view folded_word) {
  return store_mark(store).append("w").append(folded_word);
}

std::string index_category(const StoreId& store, std::string_view category) {
  std::string whole;
  for (const std::string& word : folded_words(category)) whole.append(word).append(" ");
  return store_mark(store).append("f").append(sha256_hex(whole).substr(0, kCategoryChars));
}

asio::awaitable<Result<std::vector<SearchHit>>> CatalogSearch::find(StoreId store, SearchTerms terms, SearchPlace after,
                                                                    std::size_t limit) {
  ensure(!terms.words.empty(), "a search has words");
  std::vector<SearchHit> hits;
  for (; after.tier < kSearchTiers && hits.size() < limit; after = {after.tier + 1, 0}) {
    Step step = step_for(store, terms, after, limit - hits.size());
    auto rows = co_await store_.query(std::move(step));
    if (!rows) co_return std::move(rows).error();
    for (Row& row : rows.value()) {
      hits.push_back({std::move(std::get<std::string>(row.at(0))), {after.tier, as_int(row.at(1))}});
    }
  }
  co_return std::move(hits);
}

}  // namespace kassa::ports
