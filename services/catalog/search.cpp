#include "services/catalog/search.hpp"

#include <algorithm>
#include <span>

#include "services/base/fold.hpp"
#include "services/catalog/search_cursor.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kFirstBatch = 64;
constexpr std::size_t kHitsExaminedMax = 1'000;       // By one request: rows that an engine reads.
constexpr std::size_t kProductsExaminedMax = 20'000;  // In memory.
constexpr std::size_t kProductsCountedMax = 2'000;    // Of them, only to tell how many there are.
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
  /// The page is full and has a next one, and it is of no use, or too dear, to count on behind it.
  [[nodiscard]] bool done(bool count_on) const noexcept {
    return page_.has_next && (!count_on || counted_ || !query_.cursor.empty());
  }
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

/// What both ways of searching need; all of it outlives the search.
struct Search {
  const ports::ProductShelf& shelf;
  const ports::SecretBox& box;
  const StoreId& store;
  const CatalogQuery& query;
  const PriceOf& price;
};

CatalogPage finished(const Search& search, PageFiller& filler, SearchCursor last) {
  last.total = filler.page().total;
  if (filler.page().has_next) filler.page().cursor = write_cursor(search.box, search.store, search.query, last);
  return std::move(filler.page());
}

asio::awaitable<Result<CatalogPage>> search_words(ports::CatalogSearch& index, const Search& search,
                                                  const ports::SearchTerms& terms, const SearchCursor& from) {
  const CatalogQuery& query = search.query;
  const ports::ProductShelf& shelf = search.shelf;
  PageFiller filler(query, search.price, from.total);
  SearchCursor last = from;
  ports::SearchPlace at = from.place;
  bool ended = false;
  for (std::size_t examined = 0; !ended && !filler.done(false) && examined < kHitsExaminedMax;) {
    const std::size_t batch = examined == 0 ? std::max(kFirstBatch, query.limit + 1) : kHitsExaminedMax - examined;
    auto found = co_await index.find(search.store, terms, at, batch);
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
  co_return finished(search, filler, std::move(last));
}

/// Walks over the shelf from `begin` on, or over some categories of it: their places together, ascending, each once. It
/// holds on to the shelf's own lists, so that a page costs what it shows, however big a category is.
class ShelfWalk {
 public:
  ShelfWalk(const ports::ProductShelf& shelf, const std::vector<std::string>& categories, std::size_t begin)
      : all_(categories.empty()), next_(begin), end_(shelf.size()) {
    for (const std::string& category : categories) {
      const auto places = shelf.places_in(category);
      const auto from = std::ranges::lower_bound(places, begin);
      rest_.push_back(places.subspan(static_cast<std::size_t>(from - places.begin())));
    }
  }
  std::optional<std::size_t> next() {
    if (all_) return next_ < end_ ? std::optional(next_++) : std::nullopt;
    std::optional<std::uint32_t> least;
    for (const auto& places : rest_) {
      if (!places.empty() && (!least || places.front() < *least)) least = places.front();
    }
    for (auto& places : rest_) {
      if (!places.empty() && places.front() == least) places = places.subspan(1);
    }
    return least;
  }

 private:
  bool all_;
  std::size_t next_;
  std::size_t end_;
  std::vector<std::span<const std::uint32_t>> rest_;  // Of each category.
};

CatalogPage browse(const Search& search, const SearchCursor& from) {
  const CatalogQuery& query = search.query;
  const ports::ProductShelf& shelf = search.shelf;
  PageFiller filler(query, search.price, from.total);
  const std::size_t begin = query.cursor.empty() ? 0 : shelf.place_after(from.product);
  ShelfWalk walk(shelf, query.filters.categories, begin);
  SearchCursor last = from;
  std::size_t examined = 0;
  auto place = walk.next();
  for (; place && examined < kProductsExaminedMax && !filler.done(examined < kProductsCountedMax); ++examined) {
    const auto product = shelf.at(*place);
    place = walk.next();
    if (filler.take(product) || !filler.full()) last.product = product.view->id.value;
  }
  filler.finish(!place);
  return finished(search, filler, std::move(last));
}

/// Puts products in the order of their prices and takes the page behind the cursor's product.
class PriceSorter {
 public:
  PriceSorter(const Search& search, const SearchCursor& from)
      : search_(search), from_(from), behind_(search.shelf.place_after(from.product)) {}

  void look_at(std::size_t place) {
    std::optional<std::int64_t> least;
    for (const ports::VariantView* const variant : search_.shelf.at(place).variants) {
      const auto told = search_.price(*variant);
      if (told && in_range(told->amount, search_.query.filters))
        least = std::min(told->amount, least.value_or(told->amount));
    }
    if (!least) return;
    ++matches_;
    const Priced product{*least, place};
    if (search_.query.cursor.empty() || !goes_before(product, {from_.price, behind_})) rest_.push_back(product);
  }
  /// `whole`: every product that matches was looked at.
  CatalogPage page(bool whole) {
    const CatalogQuery& query = search_.query;
    const auto end = rest_.begin() + static_cast<std::ptrdiff_t>(std::min(query.limit, rest_.size()));
    std::ranges::partial_sort(rest_, end, [this](const Priced& a, const Priced& b) { return goes_before(a, b); });
    // Categories were chosen before.
    const CatalogFilters prices_only{{}, query.filters.price_min, query.filters.price_max};
    CatalogPage page;
    SearchCursor last;
    for (auto each = rest_.begin(); each != end; ++each) {
      const auto product = search_.shelf.at(each->place);
      page.products.push_back({product.view, offered_variants(product, prices_only, search_.price)});
      last.price = each->amount;
      last.product = product.view->id.value;
    }
    page.total = from_.total;
    if (query.cursor.empty() && whole) page.total = matches_;
    page.has_next = end != rest_.end();
    last.total = page.total;
    if (page.has_next) page.cursor = write_cursor(search_.box, search_.store, query, last);
    return page;
  }

 private:
  struct Priced {
    std::int64_t amount{};
    std::size_t place{};  // By id.
  };
  [[nodiscard]] bool goes_before(const Priced& a, const Priced& b) const noexcept {
    if (a.amount == b.amount) return a.place < b.place;
    return (a.amount < b.amount) == (search_.query.sort == CatalogSort::kPriceAscending);
  }

  const Search& search_;
  const SearchCursor& from_;
  std::size_t behind_;  // The cursor's product, which may be gone.
  std::vector<Priced> rest_;
  std::int64_t matches_{};
};

asio::awaitable<Result<CatalogPage>> sort_words(ports::CatalogSearch& index, const Search& search,
                                                const ports::SearchTerms& terms, const SearchCursor& from) {
  const ports::SearchPlace best;
  auto found = co_await index.find(search.store, terms, best, kHitsExaminedMax);
  if (!found) co_return std::move(found).error();
  PriceSorter sorter(search, from);
  for (const ports::SearchHit& hit : found.value()) {
    const std::size_t place = search.shelf.place_of(hit.product);
    if (place < search.shelf.size()) sorter.look_at(place);
  }
  co_return sorter.page(found.value().size() < kHitsExaminedMax);
}

Result<CatalogPage> browse_sorted(const Search& search, const SearchCursor& from) {
  ShelfWalk walk(search.shelf, search.query.filters.categories, 0);
  std::vector<std::size_t> places;
  for (auto place = walk.next(); place; place = walk.next()) {
    if (places.size() == kProductsExaminedMax) {
      return Error{Errc::kInvalidRequest, "too many products to sort: name words or a smaller category", "sort"};
    }
    places.push_back(*place);
  }
  PriceSorter sorter(search, from);
  for (const std::size_t place : places) sorter.look_at(place);
  return sorter.page(true);
}

}  // namespace

std::vector<OfferedVariant> offered_variants(const ports::ProductShelf::Product& product, const CatalogFilters& filters,
                                             const PriceOf& price) {
  std::vector<OfferedVariant> offered;
  if (!in_categories(*product.view, filters)) return offered;
  for (const ports::VariantView* const variant : product.variants) {
    const auto told = price(*variant);
    if (told && in_range(told->amount, filters)) offered.push_back({variant, *told});
  }
  return offered;
}

asio::awaitable<Result<CatalogPage>> search_catalog(ports::CatalogSearch& index, const ports::ProductShelf& shelf,
                                                    const ports::SecretBox& box, StoreId store, CatalogQuery query,
                                                    const PriceOf& price) {
  const std::vector<std::string> words = folded_words(query.text);
  if (query.text.size() > kSearchTextBytesMax || words.size() > kSearchWordsMax) {
    co_return Error{Errc::kInvalidRequest, "this query is too long: use at most 32 words in 1024 bytes", "query"};
  }
  SearchCursor from;
  if (!query.cursor.empty()) {
    auto read = read_cursor(box, store, query, query.cursor);
    if (!read) co_return Error{Errc::kInvalidRequest, "this cursor is not one of this search", "cursor"};
    from = std::move(*read);
  }
  query.limit = std::clamp<std::size_t>(query.limit, 1, kPageMax);
  const Search search{shelf, box, store, query, price};
  const bool sorted = query.sort != CatalogSort::kRelevance;
  if (query.text.empty() && sorted) co_return browse_sorted(search, from);
  if (query.text.empty()) co_return browse(search, from);
  if (words.empty()) {
    CatalogPage nothing;
    nothing.total = 0;
    co_return nothing;
  }
  const ports::SearchTerms terms = terms_of(store, query, words);
  if (sorted) co_return co_await sort_words(index, search, terms, from);
  co_return co_await search_words(index, search, terms, from);
}

}  // namespace kassa::catalog
