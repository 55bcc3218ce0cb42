// What is final in the Store and must win over a clock that was set back, or over a shared cache that was not told.

#include "services/checkout/session_names.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kUntoldAtOnce = 256;

}  // namespace

asio::awaitable<void> Sessions::expire(SessionPtr session) {
  const bool under_way = session->state != State::kOpen || session->is_held(d_.clock.now());
  if (session->expired || under_way) co_return;
  auto over = std::make_shared<Session>(*session);
  over->expired = true;
  over->version.n += 1;
  over->held_until.reset();
  over->holder.reset();
  over->rendered = std::make_shared<RenderCache>();
  // Not written because the Store is away, or somebody has moved it on: whoever asks next tries again.
  static_cast<void>(co_await write_unwritten(session->store, session->id));
  const auto written = co_await write_in_place(over, session->version, PersonRow::kLeft);
  if (!written || !written.value()) co_return;
  co_await adopt(written.value());
}

void Sessions::add_untold(const Session& session, ports::Transaction& transaction, Held held) {
  if (!d_.cache.shared()) return;
  if (held == Held::kInCache) {
    // What is held there is looked up in the Store anyway, unless the cache was away when it should have been.
    if (!any_outdated_) return;
    const std::scoped_lock lock(mutex_);
    if (!outdated_.contains(dirty_key(session))) return;
  }
  transaction.add(statements::note_untold(session.store, session.id, d_.clock.now()));
}

asio::awaitable<Result<std::size_t>> Sessions::tell_untold() {
  if (!d_.cache.shared()) co_return std::size_t{0};
  ports::Step read = statements::untold_checkouts(kUntoldAtOnce);
  KASSA_CO_TRY(const auto rows, co_await d_.store.query(std::move(read)));
  for (const ports::Row& row : rows) {
    const StoreId store{ports::as_string(row[0])};
    const CheckoutId id{ports::as_string(row[1])};
    const Known known{ports::SessionVersion{ports::as_int(row[3]), 0}, std::nullopt};
    KASSA_CO_TRY(co_await drop_older(store, id, known));
    ports::Transaction told("journal", store);
    told.add(statements::forget_untold(store, id, from_millis(ports::as_int(row[2]))));
    KASSA_CO_TRY(co_await d_.store.commit(std::move(told)));
  }
  co_return rows.size();
}

/// A hold that has lapsed is what a completion leaves behind that nobody told the end of, or that came to nothing.
/// True: the Store has moved on, and the cache holds nothing of it any more.
asio::awaitable<Result<bool>> Sessions::drop_lapsed(SessionPtr held) {
  ports::Step read = statements::read_checkout(held->store, held->id);
  KASSA_CO_TRY(const auto rows, co_await d_.store.query(std::move(read)));
  const std::int64_t epoch = rows.empty() ? 0 : ports::as_int(rows[0][2]);
  if (epoch <= held->version.epoch) {
    co_await release(held->store, held->id);
    co_return false;
  }
  const Known known{ports::SessionVersion{epoch, 0}, std::nullopt};
  KASSA_CO_TRY(co_await drop_older(held->store, held->id, known));
  co_return true;
}

}  // namespace kassa::checkout
