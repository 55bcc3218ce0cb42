#pragma once
// Stock levels, counted anew or moved by a difference. What is reserved for orders under way never exceeds
// what is there; the hint that quotes read is corrected from the row that the transaction returned.

#include <optional>

#include "services/admin/audit.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::admin {

inline constexpr std::int64_t kOnHandMax = 1'000'000'000'000;

struct StockChange {
  VariantId variant;
  LocationId location;
  bool relative{false};
  std::int64_t quantity{};               ///< What is there, or the difference; within kOnHandMax either way.
  std::optional<std::int64_t> expected;  ///< What must be on hand before; makes a repeated difference harmless.
};

class Stock {
 public:
  Stock(ports::Store& store, const Clock& clock, ports::StockView& view) : store_(store), clock_(clock), view_(view) {}

  /// By location. kNotFound: no stock is kept of that variant.
  asio::awaitable<Result<std::vector<ports::StockLevel>>> levels(StoreId store, VariantId variant);

  /// A difference needs a level to differ from; a count may be the first at its place. kNotFound: no such
  /// variant or open location, or no level. kGuardFailed: another number was expected, or more is reserved
  /// than there would be.
  asio::awaitable<Result<ports::StockLevel>> change(Actor actor, StoreId store, StockChange change);

 private:
  asio::awaitable<Error> explain(StoreId store, StockChange change);

  ports::Store& store_;
  const Clock& clock_;
  ports::StockView& view_;
};

}  // namespace kassa::admin
