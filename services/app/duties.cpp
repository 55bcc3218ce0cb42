#include "services/app/duties.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/admin/retention.hpp"

namespace kassa::app {
namespace {

/// New persons' keys are made durable this long after the first of them: together, and before a buyer completes.
constexpr std::chrono::milliseconds kKeysGather{20};
/// Changes of stock are told this long after the first of them: together.
constexpr std::chrono::milliseconds kNewsGather{50};
/// Between two rounds while there is a backlog: rows that are over go about as fast as they can come.
constexpr std::chrono::milliseconds kRetentionRest{200};

asio::awaitable<void> breathe(std::chrono::microseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void tell_of_journal(Runtime& runtime, const Result<std::size_t>& written) {
  if (!written) runtime.base.log.warn("journal.failed", {{"why", written.error().detail}});
}

/// While others are served on the same processors.
asio::awaitable<void> flush_journal_gently(Runtime& runtime) {
  checkout::Sessions::Pause pause = breathe;
  const auto written = co_await runtime.sessions.flush(std::move(pause));
  tell_of_journal(runtime, written);
}

asio::awaitable<void> refresh_snapshots(Runtime& runtime) {
  co_await runtime.snapshots.refresh();
  const auto read = co_await runtime.directory.refresh();
  if (!read) runtime.base.log.warn("directory.failed", {{"why", read.error().detail}});
  if (!runtime.others) co_return;
  const auto told = co_await runtime.erasures.look();
  if (!told) runtime.base.log.warn("erasures.failed", {{"why", told.error().detail}});
}

asio::awaitable<void> compare_clocks(Runtime& runtime) {
  // It logs what changes; a database that is away says nothing of clocks.
  static_cast<void>(co_await runtime.clock_check.look());
}

asio::awaitable<void> tell_untold(Runtime& runtime) {
  const auto told = co_await runtime.sessions.tell_untold();
  if (!told) runtime.base.log.warn("sessions.untold", {{"why", told.error().detail}});
}

asio::awaitable<void> read_stock_news(Runtime& runtime) {
  std::vector<StoreId> served = runtime.snapshots.stores();
  const auto read = co_await runtime.stock_news.look(std::move(served), std::chrono::steady_clock::now());
  if (!read) runtime.base.log.warn("stock.not_read", {{"why", read.error().detail}});
}

asio::awaitable<void> resume_lapsed(Runtime& runtime) {
  const auto moved = co_await runtime.completer.resume_lapsed();
  if (!moved) runtime.base.log.warn("completer.failed", {{"why", moved.error().detail}});
}

asio::awaitable<void> expire_reservations(Runtime& runtime) {
  const auto freed = co_await runtime.completer.expire_reservations();
  if (!freed) runtime.base.log.warn("expiry.failed", {{"why", freed.error().detail}});
}

asio::awaitable<void> top_up_numbers(Runtime& runtime) {
  const auto taken = co_await runtime.numbers.top_up();
  if (!taken) runtime.base.log.warn("numbers.failed", {{"why", taken.error().detail}});
}

asio::awaitable<void> settle_keys(Runtime& runtime) {
  const auto settled = co_await runtime.persons.settle_fresh();
  if (!settled) runtime.base.log.warn("keys.failed", {{"why", settled.error().detail}});
}

asio::awaitable<void> drop_what_is_over(Worker& worker, Runtime& runtime, std::chrono::hours abandoned_life) {
  admin::Retention retention(runtime.data.main(), runtime.persons, runtime.base.clock, abandoned_life);
  const auto dropped = co_await retention.round();
  if (!dropped) runtime.base.log.warn("retention.failed", {{"why", dropped.error().detail}});
  if (dropped && retention.left_some()) worker.wake("retention", kRetentionRest);
}

asio::awaitable<void> write_recordings(Runtime& runtime) {
  const auto written = co_await runtime.recorder.flush();
  if (!written) runtime.base.log.warn("recordings.failed", {{"why", written.error().detail}});
}

asio::awaitable<void> look_for_space(Runtime& runtime) {
  const std::array<ports::DurableStore*, 3> stores{&runtime.data.main(), &runtime.data.keys(), &runtime.data.sandbox()};
  for (ports::DurableStore* store : stores) {
    if (store->has_space()) continue;
    const auto written = co_await store->look_for_space();
    if (!written) runtime.base.log.warn("space.none", {{"why", written.error().detail}});
  }
}

/// Others may do the same at the same time: what must happen once is claimed by a lease or guarded by a version.
void add_duties_for_all(Worker& worker, Runtime& runtime, std::chrono::hours abandoned_life) {
  using std::chrono::milliseconds;
  worker.repeat("completer", milliseconds{500}, [&runtime] { return resume_lapsed(runtime); });
  worker.repeat("expiry", milliseconds{5'000}, [&runtime] { return expire_reservations(runtime); });
  worker.repeat("retention", milliseconds{10'000},
                [&worker, &runtime, abandoned_life] { return drop_what_is_over(worker, runtime, abandoned_life); });
  runtime.wake_completer = [&worker] { worker.wake("completer"); };
  worker.run(runtime.delivery.run());
}

void add_duties_beside_others(Worker& worker, Runtime& runtime) {
  using std::chrono::milliseconds;
  worker.repeat("stock", milliseconds{500}, [&runtime] { return read_stock_news(runtime); });
  worker.repeat("clock", milliseconds{10'000}, [&runtime] { return compare_clocks(runtime); });
  worker.repeat("stock_news", milliseconds{500}, [&runtime] { return tell_stock_news(runtime); });
  runtime.wake_stock_news = [&worker] { worker.wake("stock_news", kNewsGather); };
}

}  // namespace

asio::awaitable<void> tell_stock_news(Runtime& runtime) {
  for (std::string& message : runtime.stock_news.take_messages()) runtime.tell_others(std::move(message));
  co_return;
}

asio::awaitable<void> flush_journal(Runtime& runtime) {
  const auto written = co_await runtime.sessions.flush();
  tell_of_journal(runtime, written);
  co_await write_recordings(runtime);
}

void add_duties(Worker& worker, Runtime& runtime, const platform::Config& config) {
  using std::chrono::milliseconds;
  worker.repeat("journal", limits::kJournalDelay, [&runtime] { return flush_journal_gently(runtime); });
  worker.repeat("snapshots", milliseconds{500}, [&runtime] { return refresh_snapshots(runtime); });
  worker.repeat("numbers", milliseconds{5'000}, [&runtime] { return top_up_numbers(runtime); });
  worker.repeat("keys", milliseconds{5'000}, [&runtime] { return settle_keys(runtime); });
  worker.repeat("recordings", milliseconds{1'000}, [&runtime] { return write_recordings(runtime); });
  if (runtime.cache->shared())
    worker.repeat("untold", milliseconds{1'000}, [&runtime] { return tell_untold(runtime); });
  worker.repeat("space", milliseconds{1'000}, [&runtime] { return look_for_space(runtime); });
  runtime.wake_numbers = [&worker] { worker.wake("numbers"); };
  runtime.wake_snapshots = [&worker] { worker.wake("snapshots"); };
  runtime.wake_keys = [&worker] { worker.wake("keys", kKeysGather); };
  if (runtime.others) add_duties_beside_others(worker, runtime);
  if (!config.is_worker) return;
  add_duties_for_all(worker, runtime, std::chrono::hours{24} * config.abandoned_checkout_days);
}

}  // namespace kassa::app
