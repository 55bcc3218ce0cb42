#include "services/catalog/search.hpp"

#include <algorithm>
#include <set>

#include "services/base/fold.hpp"
#include "services/catalog/search_cursor.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kFirstBatch = 64;
constexpr std::size_t kHitsExaminedMax = 1'000;       // By one request: rows that an engine reads.
constexpr std::size_t kProductsExaminedMax = 20'000;  // In memory.
constexpr std::size_t kOpenEndCharsMin = 2;           // A single letter begins half the catalogue.

bool in_range(std::int64_t amount, const CatalogFilters& filters) noexcept {
  return amount >= filters.price_min.value_or(0) && (!filters.price_max || amount <= *filters.price_max);
}

bool in_categories(const ports::ProductView& product, const CatalogFilters& filters) {
  if (filters.categories.empty()) return true;
  const std::string key = ports::ProductShelf::category_key(product.category);
  return std::ranges::any_of(filters.categories, [&key](const std::string& category) {
    return ports::ProductShelf::category_key(category) == key;
  });
}

/// Fills a page from products that come in order, and counts on behind it.
class PageFiller {
 public:
  PageFiller(const CatalogQuery& query, const PriceOf& price, std::optional<std::int64_t> counted)
      : query_(query), price_(price), counted_(counted) {}

  /// `passed_categories`: by whoever chose the product. True: it stands on the page now.
  bool take(const ports::ProductShelf::Product& product) {
    auto variants = offered_variants(product, prices_only_, price_);
    if (variants.empty()) return false;
    ++matches_;
    if (page_.products.size() == query_.limit) {
      page_.has_next = true;
      return false;
    }
    page_.products.push_back({product.view, std::move(variants)});
    return true;
  }
  [[nodiscard]] bool full() const noexcept { return page_.products.size() == query_.limit; }
  /// Nothing more can be learned that the page tells.
  [[nodiscard]] bool done() const noexcept { return page_.has_next && (counted_ || !query_.cursor.empty()); }
  /// `ended`: there were no more products.
  void finish(bool ended) {
    if (ended && query_.cursor.empty()) counted_ = matches_;
    page_.total = counted_;
    page_.has_next = page_.has_next || !ended;
  }
  [[nodiscard]] CatalogPage& page() noexcept { return page_; }

 private:
  const CatalogQuery& query_;
  const PriceOf& price_;
  // Categories were chosen by the index or by the shelf.
  CatalogFilters prices_only_{{}, query_.filters.price_min, query_.filters.price_max};
  std::optional<std::int64_t> counted_;
  std::int64_t matches_{};
  CatalogPage page_;
};

ports::SearchTerms terms_of(const StoreId& store, const CatalogQuery& query, const std::vector<std::string>& words) {
  ports::SearchTerms terms;
  for (const std::string& word : words) terms.words.push_back(ports::index_word(store, word));
  const bool ascii = static_cast<unsigned char>(words.back().front()) < 0x80;
  terms.open_end = !ascii || words.back().size() >= kOpenEndCharsMin;
  for (const std::string& category : query.filters.categories) {
    terms.facets.push_back(ports::index_category(store, category));
  }
  return terms;
}

asio::awaitable<Result<CatalogPage>> search_words(ports::CatalogSearch& index, const ports::ProductShelf& shelf,
                                                  const StoreId& store, const CatalogQuery& query,
                                                  const ports::SearchTerms& terms, const SearchCursor& from,
                                                  const PriceOf& price) {
  PageFiller filler(query, price, from.total);
  SearchCursor last = from;
  ports::SearchPlace at = from.place;
  bool ended = false;
  for (std::size_t examined = 0; !ended && !filler.done() && examined < kHitsExaminedMax;) {
    const std::size_t batch = examined == 0 ? std::max(kFirstBatch, query.limit + 1) : kHitsExaminedMax - examined;
    auto found = co_await index.find(store, terms, at, batch);
    if (!found) co_return std::move(found).error();
    ended = found.value().size() < batch;
    examined += found.value().size();
    for (const ports::SearchHit& hit : found.value()) {
      at = hit.place;
      const std::size_t place = shelf.place_of(hit.product);
      // The index may be a revision ahead of this snapshot, or behind it.
      if (place < shelf.size() && filler.take(shelf.at(place))) last.place = hit.place;
    }
  }
  filler.finish(ended);
  if (!filler.full()) last.place = at;
  last.total = filler.page().total;
  if (filler.page().has_next) filler.page().cursor = write_cursor(store, query, last);
  co_return std::move(filler.page());
}

/// Places of the categories together, ascending, from `begin` on.
std::vector<std::uint32_t> places_of(const ports::ProductShelf& shelf, const CatalogFilters& filters,
                                     std::size_t begin) {
  std::set<std::uint32_t> places;
  for (const std::string& category : filters.categories) {
    const auto all = shelf.places_in(category);
    places.insert(std::ranges::lower_bound(all, begin), all.end());
  }
  return {places.begin(), places.end()};
}

CatalogPage browse(const ports::ProductShelf& shelf, const StoreId& store, const CatalogQuery& query,
                   const SearchCursor& from, const PriceOf& price) {
  PageFiller filler(query, price, from.total);
  const std::size_t begin = query.cursor.empty() ? 0 : shelf.place_after(from.product);
  const bool all = query.filters.categories.empty();
  const auto chosen = all ? std::vector<std::uint32_t>{} : places_of(shelf, query.filters, begin);
  const std::size_t count = all ? shelf.size() - begin : chosen.size();
  SearchCursor last = from;
  std::size_t i = 0;
  for (; i < count && i < kProductsExaminedMax && !filler.done(); ++i) {
    const auto product = shelf.at(all ? begin + i : chosen[i]);
    if (filler.take(product) || !filler.full()) last.product = product.view->id.value;
  }
  filler.finish(i == count);
  last.total = filler.page().total;
  if (filler.page().has_next) filler.page().cursor = write_cursor(store, query, last);
  return std::move(filler.page());
}

}  // namespace

std::vector<OfferedVariant> offered_variants(const ports::ProductShelf::Product& product, const CatalogFilters& filters,
                                             const PriceOf& price) {
  std::vector<OfferedVariant> offered;
  if (!in_categories(*product.view, filters)) return offered;
  for (const ports::VariantView* const variant : product.variants) {
    auto told = price(*variant);
    if (told && in_range(told->amount, filters)) offered.push_back({variant, std::move(*told)});
  }
  return offered;
}

asio::awaitable<Result<CatalogPage>> search_catalog(ports::CatalogSearch& index, const ports::ProductShelf& shelf,
                                                    StoreId store, CatalogQuery query, const PriceOf& price) {
  const std::vector<std::string> words = folded_words(query.text);
  if (query.text.size() > kSearchTextBytesMax || words.size() > kSearchWordsMax) {
    co_return Error{Errc::kInvalidRequest, "this query is too long: use at most 32 words in 1024 bytes", "query"};
  }
  SearchCursor from;
  if (!query.cursor.empty()) {
    auto read = read_cursor(store, query, query.cursor);
    if (!read) co_return Error{Errc::kInvalidRequest, "this cursor is not one of this search", "cursor"};
    from = std::move(*read);
  }
  query.limit = std::clamp<std::size_t>(query.limit, 1, kPageMax);
  if (query.text.empty()) co_return browse(shelf, store, query, from, price);
  if (words.empty()) {
    CatalogPage nothing;
    nothing.total = 0;
    co_return nothing;
  }
  const ports::SearchTerms terms = terms_of(store, query, words);
  co_return co_await search_words(index, shelf, store, query, terms, from, price);
}

}  // namespace kassa::catalog
