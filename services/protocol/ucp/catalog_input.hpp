#pragma once
// What a request about the catalogue asks for, from JSON or from a query string. Pure.

#include <string>
#include <vector>

#include "services/base/json.hpp"
#include "services/base/result.hpp"
#include "services/http/message.hpp"
#include "services/ports/store_settings.hpp"
#include "services/protocol/ucp/catalog_shape.hpp"

namespace kassa::protocol {

inline constexpr std::size_t kLookupIdsMax = 50;
inline constexpr std::string_view kTooManyIds = "look up at most 50 ids at once";  ///< 400 `request_too_large`.

/// In which currency prices are told, and by which they are filtered.
struct CatalogMarket {
  Currency currency;
  bool asked_for_another{false};  ///< One that the store does not sell in: a price filter means nothing then.
};

struct CatalogAsk {
  CatalogMarket market;
  catalog::CatalogFilters filters;
  // Of a search.
  std::string text;
  std::string cursor;
  std::size_t limit{catalog::kPageDefault};
  catalog::CatalogSort sort{catalog::CatalogSort::kRelevance};
  // Of a look-up.
  std::vector<std::string> ids;
  // Of one product.
  std::string id;
  Selection selection;
};

/// The first fault as an error, with its JSON Pointer.
[[nodiscard]] Result<CatalogAsk> read_search(const json::object& body, const ports::StoreSettings& settings);
[[nodiscard]] Result<CatalogAsk> read_lookup(const json::object& body, const ports::StoreSettings& settings);
[[nodiscard]] Result<CatalogAsk> read_product(const json::object& body, const ports::StoreSettings& settings);

/// ?q=&category=&min=&max=&currency=&sort=&cursor=&limit=, each at most once but `category`. Strict: an unknown
/// parameter and a currency that the store does not sell in are faults.
[[nodiscard]] Result<CatalogAsk> read_search_query(const http::Request& request, const ports::StoreSettings& settings);
/// ?currency= alone.
[[nodiscard]] Result<CatalogAsk> read_product_query(const http::Request& request, const ports::StoreSettings& settings);

}  // namespace kassa::protocol
