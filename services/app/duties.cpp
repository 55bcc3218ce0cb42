#include "services/app/duties.hpp"

#include "services/admin/retention.hpp"

namespace kassa::app {
namespace {

/// New persons' keys are made durable this long after the first of them: together, and before a buyer completes.
constexpr std::chrono::milliseconds kKeysGather{20};

asio::awaitable<void> refresh_snapshots(Runtime& runtime) {
  co_await runtime.snapshots.refresh();
  const auto read = co_await runtime.directory.refresh();
  if (!read) runtime.base.log.warn("directory.failed", {{"why", read.error().detail}});
  if (!runtime.others) co_return;
  const auto told = co_await runtime.erasures.look();
  if (!told) runtime.base.log.warn("erasures.failed", {{"why", told.error().detail}});
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

asio::awaitable<void> drop_what_is_over(Runtime& runtime, std::chrono::hours abandoned_life) {
  admin::Retention retention(runtime.data.main(), runtime.persons, runtime.base.clock, abandoned_life);
  const auto dropped = co_await retention.round();
  if (!dropped) runtime.base.log.warn("retention.failed", {{"why", dropped.error().detail}});
}

/// Others may do the same at the same time: what must happen once is claimed by a lease or guarded by a version.
void add_duties_for_all(Worker& worker, Runtime& runtime, std::chrono::hours abandoned_life) {
  using std::chrono::milliseconds;
  worker.repeat("completer", milliseconds{500}, [&runtime] { return resume_lapsed(runtime); });
  worker.repeat("expiry", milliseconds{5'000}, [&runtime] { return expire_reservations(runtime); });
  worker.repeat("retention", milliseconds{10'000},
                [&runtime, abandoned_life] { return drop_what_is_over(runtime, abandoned_life); });
  runtime.wake_completer = [&worker] { worker.wake("completer"); };
  worker.run(runtime.delivery.run());
}

}  // namespace

asio::awaitable<void> flush_journal(Runtime& runtime) {
  const auto written = co_await runtime.sessions.flush();
  if (!written) runtime.base.log.warn("journal.failed", {{"why", written.error().detail}});
}

void add_duties(Worker& worker, Runtime& runtime, const platform::Config& config) {
  using std::chrono::milliseconds;
  worker.repeat("journal", limits::kJournalDelay, [&runtime] { return flush_journal(runtime); });
  worker.repeat("snapshots", milliseconds{500}, [&runtime] { return refresh_snapshots(runtime); });
  worker.repeat("numbers", milliseconds{5'000}, [&runtime] { return top_up_numbers(runtime); });
  worker.repeat("keys", milliseconds{5'000}, [&runtime] { return settle_keys(runtime); });
  runtime.wake_numbers = [&worker] { worker.wake("numbers"); };
  runtime.wake_keys = [&worker] { worker.wake("keys", kKeysGather); };
  if (!config.is_worker) return;
  add_duties_for_all(worker, runtime, std::chrono::hours{24} * config.abandoned_checkout_days);
}

}  // namespace kassa::app
