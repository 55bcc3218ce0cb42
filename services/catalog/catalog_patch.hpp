#pragma once
// A catalogue in memory brought to a later revision by reading only the products that have changed since. Good for the
// store's goods_moves alone: what an import or new settings change is more than products. Awaited on the worker, which
// copies what has not changed.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/ports/catalog_view.hpp"
#include "services/ports/stock_view.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

struct PatchedCatalog {
  std::shared_ptr<const ports::CatalogView> catalog;  ///< Null: more than products has changed, load it anew.
  std::int64_t revision{};
  std::int64_t goods_moves{};
};

/// `revision`: that of `catalog`, or an earlier one. Levels of the products that changed go to `stock`.
asio::awaitable<Result<PatchedCatalog>> patch_catalog(ports::Store& store, StoreId id,
                                                      std::shared_ptr<const ports::CatalogView> catalog,
                                                      std::int64_t revision, ports::StockView& stock,
                                                      std::vector<AttributeSpec> declared);

}  // namespace kassa::catalog
