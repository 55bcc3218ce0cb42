#include "services/admin/stock.hpp"

#include "services/admin/statements.hpp"

namespace kassa::admin {
namespace {

ports::Step step_of(const StoreId& store, const StockChange& change) {
  const statements::LevelKey key{store, change.variant, change.location};
  statements::OnHandNow now;
  now.least = change.expected.value_or(std::numeric_limits<std::int64_t>::min());
  now.most = change.expected.value_or(std::numeric_limits<std::int64_t>::max());
  if (change.relative) return statements::adjust_level(key, change.quantity, now, kOnHandMax);
  return statements::set_level(key, change.quantity, now);
}

ports::StockLevel level_at(const ports::Row& row, std::size_t first) {
  ports::StockLevel level;
  level.on_hand = ports::as_int(row[first]);
  level.allowance = ports::as_int(row[first + 1]);
  level.reserved = ports::as_int(row[first + 2]);
  return level;
}

}  // namespace

asio::awaitable<Result<std::vector<ports::StockLevel>>> Stock::levels(StoreId store, VariantId variant) {
  ports::Step read = statements::read_levels(store, variant);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no stock is kept of this variant"};
  std::vector<ports::StockLevel> levels;
  for (const ports::Row& row : rows) {
    levels.push_back(level_at(row, 1));
    levels.back().variant = variant;
    levels.back().location = LocationId{ports::as_string(row[0])};
  }
  co_return levels;
}

asio::awaitable<Result<ports::StockLevel>> Stock::change(Actor actor, StoreId store, StockChange change) {
  json::object detail;
  detail["location"] = change.location.value;
  detail[change.relative ? "adjust" : "set"] = change.quantity;
  AuditEntry entry(std::move(actor), "stock.changed", change.variant.value, std::move(detail));
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("stock", store);
  transaction.add(step_of(store, change));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  if (!done.applied) co_return co_await explain(std::move(store), std::move(change));
  ports::StockLevel level = level_at(done.steps.front().returned.front(), 0);
  level.version = ports::as_int(done.steps.front().returned.front()[3]);
  level.variant = change.variant;
  level.location = change.location;
  view_.update(store, {level});
  co_return level;
}

asio::awaitable<Error> Stock::explain(StoreId store, StockChange change) {
  const auto known = co_await levels(std::move(store), change.variant);
  if (known) {
    for (const ports::StockLevel& level : known.value()) {
      if (level.location != change.location) continue;
      if (change.expected && level.on_hand != *change.expected) {
        co_return Error{Errc::kGuardFailed, "another number is on hand: " + std::to_string(level.on_hand)};
      }
      co_return Error{Errc::kGuardFailed, "more is reserved than there would be, or the number is out of range"};
    }
  }
  co_return Error{Errc::kNotFound, "no stock is kept of this variant at this location"};
}

}  // namespace kassa::admin
