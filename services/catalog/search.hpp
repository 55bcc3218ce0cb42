#pragma once
// Searching a catalogue: what matches the words comes from the index, what passes the filters from the snapshot, so
// that a price told here is the price that a checkout takes. Runs on the request's I/O thread; nothing is kept between
// requests.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/ports/catalog_search.hpp"
#include "services/ports/product_shelf.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

inline constexpr std::size_t kSearchTextBytesMax = 1'024;
inline constexpr std::size_t kSearchWordsMax = 32;
inline constexpr std::size_t kCategoriesMax = 20;
inline constexpr std::size_t kPageDefault = 10;
inline constexpr std::size_t kPageMax = 50;  ///< Larger pages are cut to this.

/// What one piece of a variant costs now; nullopt: it is not sold in the currency that is asked for.
using PriceOf = std::function<std::optional<ports::PriceView>(const ports::VariantView&)>;

struct CatalogFilters {
  std::vector<std::string> categories;  ///< Any of them; none: all.
  std::optional<std::int64_t> price_min;
  std::optional<std::int64_t> price_max;
};

/// By what the products of a search stand in order; what is equal goes by id.
enum class CatalogSort : unsigned char {
  kRelevance,  ///< Without a text: by id.
  kPriceAscending,
  kPriceDescending,
};

struct CatalogQuery {
  std::string text;  ///< Empty: everything.
  CatalogFilters filters;
  Currency currency;
  std::string cursor;  ///< Of the page before; empty: the first page.
  std::size_t limit{kPageDefault};
  CatalogSort sort{CatalogSort::kRelevance};
};

/// A variant that passes the filters, with its price.
struct OfferedVariant {
  const ports::VariantView* variant{};
  ports::PriceView price;
};

struct OfferedProduct {
  const ports::ProductView* product{};
  std::vector<OfferedVariant> variants;  ///< By id, never empty.
};

struct CatalogPage {
  std::vector<OfferedProduct> products;
  bool has_next{false};
  std::string cursor;                 ///< Of the next page.
  std::optional<std::int64_t> total;  ///< When it was counted; see docs/catalog.md.
};

/// The variants of a product that pass; none when the product itself does not.
[[nodiscard]] std::vector<OfferedVariant> offered_variants(const ports::ProductShelf::Product& product,
                                                           const CatalogFilters& filters, const PriceOf& price);

/// kInvalidRequest with path "cursor" for a cursor of another store or another query, or one that was changed, and with
/// path "query" for a text that is too long. A page may hold fewer products than its limit and still have a next one: a
/// picky filter is looked through a bounded number of products at a time. What is given by reference must outlive it.
/// A product's price in a sort is the lowest of its variants that pass; with a text, the best 1,000 matches are sorted,
/// without, kInvalidRequest with path "sort" for more than 20,000 products. `box` makes the cursors' checks.
asio::awaitable<Result<CatalogPage>> search_catalog(ports::CatalogSearch& index, const ports::ProductShelf& shelf,
                                                    const ports::SecretBox& box, StoreId store, CatalogQuery query,
                                                    const PriceOf& price);

}  // namespace kassa::catalog
