#include "services/checkout/completer.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kBatch = 32;

}  // namespace

asio::awaitable<Result<void>> Completer::lapse_all() {
  ports::Transaction transaction("lapse", StoreId{});
  transaction.add(statements::lapse_all());
  KASSA_CO_TRY(co_await env_.store.commit(std::move(transaction)));
  co_return ok();
}

asio::awaitable<Result<std::size_t>> Completer::resume_lapsed() {
  ports::Step read = statements::lapsed_keys(env_.clock.now(), kBatch);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  std::size_t moved = 0;
  for (const ports::Row& row : rows) {
    StoreId store{ports::as_string(row[0])};
    auto answer = co_await completion_.resume(std::move(store), ports::as_string(row[1]), ports::as_string(row[2]));
    if (answer) ++moved;
    if (!answer && answer.error().code != Errc::kIdempotencyInFlight) {
      env_.log.warn("completer.failed", {{"error", describe(answer.error().code).slug}});
    }
  }
  co_return moved;
}

asio::awaitable<Result<std::size_t>> Completer::expire_reservations() {
  ports::Step read = statements::stale_reservations(env_.clock.now(), kBatch);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  for (const ports::Row& row : rows) {
    const StoreId store{ports::as_string(row[0])};
    const OrderId order{ports::as_string(row[1])};
    ports::Transaction transaction("expire", store);
    transaction.add(statements::release_reserved(store, order));
    transaction.add(statements::mark_reservations(store, order, "released"));
    transaction.add(statements::return_uses(store, order));
    transaction.add(statements::forget_redemptions(store, order));
    KASSA_CO_TRY(co_await env_.store.commit(std::move(transaction)));
    KASSA_CO_TRY(co_await env_.snapshots.refresh_levels(store));
  }
  co_return rows.size();
}

}  // namespace kassa::checkout
