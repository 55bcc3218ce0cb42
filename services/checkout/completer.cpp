#include "services/checkout/completer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::checkout {
namespace {

constexpr std::int64_t kBatch = 32;

}  // namespace

struct Completer::Round {
  Round(const asio::any_io_executor& executor, std::size_t count) : ended(executor), running(count) {}
  asio::steady_timer ended;  ///< Cancelled whenever one of the rows is done.
  std::size_t running;
  std::size_t moved{};
  std::exception_ptr failure;
};

asio::awaitable<Result<void>> Completer::lapse_all() {
  ports::Transaction transaction("lapse", StoreId{});
  transaction.add(statements::lapse_all());
  KASSA_CO_TRY(co_await env_.store.commit(std::move(transaction)));
  co_return ok();
}

asio::awaitable<Result<std::size_t>> Completer::resume_lapsed() {
  ports::Step read = statements::lapsed_keys(env_.clock.now(), kBatch);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  // All at once, so that a gateway that does not answer holds up nobody else's buyers.
  const auto executor = co_await asio::this_coro::executor;
  auto round = std::make_shared<Round>(executor, rows.size());
  for (const ports::Row& row : rows) asio::co_spawn(executor, resume_one(row, round), asio::detached);
  while (round->running > 0) {
    round->ended.expires_at(std::chrono::steady_clock::time_point::max());
    co_await round->ended.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (round->failure) std::rethrow_exception(round->failure);
  co_return round->moved;
}

asio::awaitable<void> Completer::resume_one(ports::Row row, std::shared_ptr<Round> round) {
  StoreId store{ports::as_string(row[0])};
  try {
    auto answer = co_await completion_.resume(std::move(store), ports::as_string(row[1]), ports::as_string(row[2]));
    if (answer) ++round->moved;
    if (!answer && answer.error().code != Errc::kIdempotencyInFlight) {
      env_.log.warn("completer.failed", {{"error", describe(answer.error().code).slug}});
    }
  } catch (...) {
    round->failure = std::current_exception();  // One broken row must not end the round of the others.
  }
  --round->running;
  round->ended.cancel();
}

asio::awaitable<Result<std::size_t>> Completer::expire_reservations() {
  const Instant now = env_.clock.now();
  ports::Step read = statements::stale_reservations(now, kBatch);
  KASSA_CO_TRY(auto rows, co_await env_.store.query(std::move(read)));
  std::size_t freed = 0;
  for (const ports::Row& row : rows) {
    const StoreId store{ports::as_string(row[0])};
    const OrderId order{ports::as_string(row[1])};
    ports::Transaction transaction("expire", store);
    transaction.add(statements::claim_stale(store, order, now));
    transaction.add(statements::release_reserved(store, order));
    transaction.add(statements::mark_reservations(store, order, "released"));
    transaction.add(statements::return_uses(store, order));
    transaction.add(statements::return_budgets(store, order));
    transaction.add(statements::forget_redemptions(store, order));
    transaction.add(statements::return_codes(store, order));
    transaction.add(statements::return_limited(store, order));
    transaction.add(statements::forget_limited(store, order));
    KASSA_CO_TRY(const auto done, co_await env_.store.commit(std::move(transaction)));
    if (!done.applied) continue;
    ++freed;
    env_.snapshots.note_uses_returned(store);
    // Where it is not served now a load reads what is true then; one that is under way reads again.
    if (env_.snapshots.peek(store)) env_.stock.update(store, returned_levels(done));
  }
  co_return freed;
}

}  // namespace kassa::checkout
