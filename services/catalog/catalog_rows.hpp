#pragma once
// The rows of a catalogue, or of some of its products, and what a quote reads made of them. For whoever loads a whole
// catalogue and whoever patches one. Pure, but for the one read.

#include <span>
#include <vector>

#include "services/catalog/own_attributes.hpp"
#include "services/catalog/price_lists.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::catalog {

struct CatalogRows {
  std::vector<ports::Row> products;  // product_id, handle, title, vendor, category, tags, image_url, published
  std::vector<ports::Row>
      variants;  // By variant_id: variant_id, product_id, title, sku, image_url, tax_class, grams, flags, terms
  std::vector<ports::Row> prices;       // By variant_id: variant_id, currency, amount, compare_at
  std::vector<ports::Row> list_prices;  // By variant_id: as kSelectListPrices has them
  PriceListNames list_names;
  std::vector<ports::Row> locations;  // location_id, name, country, region, priority
  OwnAttributes own;
};

/// Those that are not withdrawn and whose product is among the rows, by id. Takes text out of the rows, which halves
/// the time. `stock`: whose counters they point to, or null.
[[nodiscard]] std::vector<ports::VariantView> variants_from(CatalogRows& rows, const StoreId& store,
                                                            ports::StockView* stock,
                                                            std::span<const AttributeSpec> declared);

asio::awaitable<Result<PriceListNames>> load_price_list_names(ports::Store& store, StoreId id);

}  // namespace kassa::catalog
