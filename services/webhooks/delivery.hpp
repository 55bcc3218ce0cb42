#pragma once
// Outbox -> receiver (durable step D5). At least once, in order per order and dialect, the same bytes each time;
// anything but a 2xx is tried again by the dialect's profile until the event is dead. Lives on one thread (that of its
// executor) and must outlive the coroutines it started there; wake() and stop() may be called from any thread. Several
// processes may deliver at once.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/store.hpp"
#include "services/webhooks/choice.hpp"
#include "services/webhooks/dialect.hpp"

namespace kassa::webhooks {

struct DeliveryOptions {
  std::size_t in_flight_max{limits::kOutboxBatchMax};
  std::size_t per_target_max{8};
  std::size_t scan_max{256};  ///< Due rows looked at in one round.
  Millis request_time{limits::kWebhookTime};
  Millis lease{limits::kWebhookTime * 3};  ///< Longer than an attempt with all its waits.
  Millis poll{5'000};                      ///< Waking is a hint, polling is the truth.
  bool allow_loopback{false};              ///< Sandbox and tests.
};

class Delivery {
 public:
  struct Dependencies {
    asio::any_io_executor executor;
    ports::Store& store;
    ports::PersonKeys& persons;
    const ports::SecretBox& box;
    ports::HttpClient& http;
    const Dialects& dialects;
    const Clock& clock;
    ports::Log& log;
    ports::Metrics& metrics;
    DeliveryOptions options{};
  };
  explicit Delivery(Dependencies dependencies);

  /// Sends what is due, and what becomes due thereby, and waits for it. Returns the number of attempts.
  asio::awaitable<Result<std::size_t>> deliver_due();

  /// Delivers until stop(); returns when nothing is in flight any more.
  asio::awaitable<void> run();
  void stop();

  /// There may be something new. Cheap; call it after every commit that added an event.
  void wake();

 private:
  struct Round {
    std::size_t started{};
    bool more{};  ///< There may be further due events that could start now.
  };
  struct Claimed {
    Message message;
    PersonId person;
    Bytes sealed_body;
    Instant lease_until;
  };
  struct Ending {
    enum class Kind : unsigned char { kDelivered, kRetry, kDead };
    Kind kind{Kind::kRetry};
    std::string why;
    Ending(Kind kind_, std::string why_) : kind(kind_), why(std::move(why_)) {}
  };

  asio::awaitable<Result<Round>> start_due();
  asio::awaitable<Result<std::vector<Claimed>>> claim(Choice choice, bool put_off);
  asio::awaitable<void> attempt(Claimed claimed);
  asio::awaitable<Ending> send(Claimed& claimed);
  static asio::awaitable<Ending> carry(Dialect& dialect, const Message& message);
  asio::awaitable<void> settle(const Claimed& claimed, Ending ending);
  void start(Claimed claimed);
  void one_less(const std::string& target);
  void tell(const Claimed& claimed, const Ending& ending);
  asio::awaitable<void> pause();
  asio::awaitable<void> next_end();

  Dependencies d_;
  asio::steady_timer timer_;  // The loop's rest between rounds.
  asio::steady_timer ended_;  // Cancelled whenever an attempt ends.
  std::map<std::string, std::size_t> by_target_;
  std::size_t in_flight_{};
  std::multiset<Instant> retries_;  // Due sooner than the next poll.
  bool signalled_{};
  bool stopping_{};
  std::atomic<bool> wake_posted_{false};
};

/// "outbox|<store>|<event>": binds the sealed body to its row.
[[nodiscard]] std::string outbox_aad(const StoreId& store, const EventId& event);

}  // namespace kassa::webhooks
