#include "services/webhooks/delivery.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/webhooks/statements.hpp"

namespace kassa::webhooks {
namespace {

// An event whose receiver is busy steps aside for this long, but only when there are more due events than one
// round sees.
constexpr std::chrono::seconds kCrowdedPause{5};

Message read_message(const ports::Row& row) {
  Message message;
  message.store = StoreId{ports::as_string(row[0])};
  message.event = EventId{ports::as_string(row[1])};
  message.order = OrderId{ports::as_string(row[2])};
  message.seq = ports::as_int(row[3]);
  message.dialect = ports::as_string(row[4]);
  message.target = ports::as_string(row[5]);
  message.created_at = from_millis(ports::as_int(row[8]));
  message.attempt = ports::as_int(row[9]);
  return message;
}

std::vector<Candidate> read_candidates(const std::vector<ports::Row>& rows) {
  std::vector<Candidate> due;
  due.reserve(rows.size());
  for (const ports::Row& row : rows) {
    Candidate candidate;
    candidate.store = StoreId{ports::as_string(row[0])};
    candidate.event = EventId{ports::as_string(row[1])};
    candidate.target = ports::as_string(row[2]);
    due.push_back(std::move(candidate));
  }
  return due;
}

}  // namespace

std::string outbox_aad(const StoreId& store, const EventId& event) {
  return "outbox|" + store.value + "|" + event.value;
}

Delivery::Delivery(Dependencies dependencies) : d_(std::move(dependencies)), timer_(d_.executor), ended_(d_.executor) {}

void Delivery::wake() {
  if (wake_posted_.exchange(true)) return;  // One is on its way already.
  asio::post(d_.executor, [this] {
    wake_posted_ = false;
    signalled_ = true;
    timer_.cancel();
  });
}

void Delivery::stop() {
  asio::post(d_.executor, [this] {
    stopping_ = true;
    timer_.cancel();
  });
}

asio::awaitable<void> Delivery::run() {
  while (!stopping_) {
    signalled_ = false;
    bool more = false;
    try {
      const auto round = co_await start_due();
      if (!round) d_.log.warn("webhooks.stalled", {{"error", describe(round.error().code).slug}});
      more = round && round.value().more;
    } catch (const std::exception& failure) {
      // One bad row must not end all delivery.
      d_.log.error("webhooks.failed", {{"why", failure.what()}});
    }
    if (!more) co_await pause();
  }
  while (in_flight_ > 0) co_await next_end();
}

asio::awaitable<Result<std::size_t>> Delivery::deliver_due() {
  std::size_t attempts = 0;
  for (;;) {
    KASSA_CO_TRY(const Round round, co_await start_due());
    attempts += round.started;
    if (round.more) continue;
    if (in_flight_ == 0) co_return attempts;
    co_await next_end();
  }
}

asio::awaitable<void> Delivery::pause() {
  if (signalled_ || stopping_) co_return;
  const Instant now = d_.clock.now();
  Millis rest = d_.options.poll;
  if (!retries_.empty()) rest = std::clamp(*retries_.begin() - now, Millis{1}, rest);
  timer_.expires_after(rest);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> Delivery::next_end() {
  ended_.expires_at(asio::steady_timer::time_point::max());
  co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<Result<Delivery::Round>> Delivery::start_due() {
  Round round;
  const Instant now = d_.clock.now();
  retries_.erase(retries_.begin(), retries_.upper_bound(now));
  const std::size_t free = d_.options.in_flight_max - in_flight_;
  if (free == 0) co_return round;
  ports::Step read = statements::read_due(now, static_cast<std::int64_t>(d_.options.scan_max));
  KASSA_CO_TRY(const auto rows, co_await d_.store.query(std::move(read)));
  const bool full = rows.size() == d_.options.scan_max;
  Choice choice = choose(read_candidates(rows), by_target_, d_.options.per_target_max, free);
  if (choice.chosen.empty() && (!full || choice.crowded.empty())) co_return round;
  KASSA_CO_TRY(auto claimed, co_await claim(std::move(choice), full));
  round.started = claimed.size();
  for (Claimed& one : claimed) start(std::move(one));
  round.more = full && in_flight_ < d_.options.in_flight_max;
  co_return round;
}

asio::awaitable<Result<std::vector<Delivery::Claimed>>> Delivery::claim(Choice choice, bool put_off) {
  const Instant now = d_.clock.now();
  const Instant lease_until = now + d_.options.lease;
  const auto& any = choice.chosen.empty() ? choice.crowded : choice.chosen;
  ports::Transaction transaction("claim", any.front().store);
  for (const Candidate& one : choice.chosen) {
    transaction.add(statements::claim(one.store, one.event, now, lease_until));
  }
  if (put_off) {
    for (const Candidate& one : choice.crowded) {
      transaction.add(statements::put_off(one.store, one.event, now, now + kCrowdedPause));
    }
  }
  KASSA_CO_TRY(const auto done, co_await d_.store.commit(std::move(transaction)));
  std::vector<Claimed> claimed;
  for (const ports::StepResult& step : done.steps) {
    for (const ports::Row& row : step.returned) {
      Claimed one;
      one.message = read_message(row);
      one.person = PersonId{ports::as_string(row[6])};
      one.sealed_body = ports::as_blob(row[7]);
      one.lease_until = from_millis(ports::as_int(row[10]));
      claimed.push_back(std::move(one));
    }
  }
  co_return claimed;
}

void Delivery::start(Claimed claimed) {
  std::string target = claimed.message.target;
  ++by_target_[target];
  ++in_flight_;
  d_.metrics.gauge("webhooks_in_flight", "", static_cast<std::int64_t>(in_flight_));
  asio::co_spawn(d_.executor, attempt(std::move(claimed)), [this, target](const std::exception_ptr& failure) {
    // Not settled: the event comes back when its lease has run out.
    if (failure) d_.log.error("webhook.failed", {{"why", "exception"}});
    one_less(target);
  });
}

void Delivery::one_less(const std::string& target) {
  const auto found = by_target_.find(target);
  if (--found->second == 0) by_target_.erase(found);
  --in_flight_;
  d_.metrics.gauge("webhooks_in_flight", "", static_cast<std::int64_t>(in_flight_));
  signalled_ = true;  // A place is free, and the order's next event may go.
  timer_.cancel();
  ended_.cancel();
}

}  // namespace kassa::webhooks
