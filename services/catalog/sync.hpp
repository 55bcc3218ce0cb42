#pragma once
// The merchant's batches: products and prices are set, stock is set or moved. Good rows are kept in one transaction and
// bad ones told, or with `atomic` all or none. What products and prices change moves the store's revision; the search
// index goes with the products. Used on the admin listener's thread.

#include <string>
#include <vector>

#include "services/catalog/sync_batch.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::catalog {

/// What became of a batch; what became of a row stands with the row.
struct SyncReport {
  std::vector<SyncRow> rows;
  std::int64_t revision{};  ///< The store's, afterwards.
  bool kept{false};         ///< Something was written.
};

/// A row is a line of products.ndjson: the whole product, its variants and prices with it.
asio::awaitable<Result<SyncReport>> put_products(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                                 SyncOptions options);

/// A row is a line of price_lists.ndjson; one that names neither list nor group, quantity or time is the catalogue's
/// own price. `"amount": null` takes a price away.
asio::awaitable<Result<SyncReport>> put_prices(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                               SyncOptions options);

/// A row is a line of stock.ndjson, or has `adjust` in place of `on_hand`; `expected_on_hand` makes a difference safe
/// to repeat. Levels go to `view`, which tells other processes.
asio::awaitable<Result<SyncReport>> put_stock(SyncContext world, StoreId store, std::vector<SyncRow> rows,
                                              SyncOptions options, ports::StockView& view);

}  // namespace kassa::catalog
