#pragma once
// The parts of CheckoutService, which share one state: private to service*.cpp. What the service holds lives as long as
// the process; a request's own state is in the coroutines' parameters. Called from every I/O thread.

#include <array>

#include "services/checkout/completion.hpp"
#include "services/checkout/edit.hpp"
#include "services/checkout/kept_answers.hpp"

namespace kassa::checkout {

/// The answer to a change while nothing is written: it would only pile up in memory.
[[nodiscard]] inline Error not_written() {
  return {Errc::kStoreUnavailable, "changes cannot be written at the moment; try again"};
}

struct CheckoutService::Impl {
  explicit Impl(Dependencies dependencies)
      : env(std::move(dependencies)), completion(env), kept_answers(env.kept_bytes_per_day_max) {}

  /// Lost compare-and-sets in a row before a caller is told to try again.
  static constexpr int kTriesMax = 5;

  // What a change needs to know (service.cpp).

  /// Of this kind, and of this caller; a cart that was canceled is gone.
  asio::awaitable<Result<SessionPtr>> owned(const Caller& caller, const CheckoutId& id, Kind kind);
  asio::awaitable<Result<std::vector<Destination>>> saved_addresses(const Caller& caller, const Session& session,
                                                                    const Patch& patch, const Snapshot& snapshot);
  asio::awaitable<Result<std::optional<KnownOrders>>> new_orders(const Session& session, const Patch& patch,
                                                                 const Snapshot& snapshot);
  asio::awaitable<Result<EditInputs>> learn(const Caller& caller, const Session& session, const Patch& patch,
                                            const Snapshot& snapshot, Instant now);
  asio::awaitable<Result<Answer>> show(const Caller& caller, SessionPtr session, Operation operation);
  asio::awaitable<Result<Answer>> refuse_edit(const Caller& caller, SessionPtr session);
  /// What is told of a session whose time is over. From then on it is, even if the clock is set back.
  asio::awaitable<Error> end_of(SessionPtr session);

  // Making new ones (service_create.cpp).

  /// What a create under this key finds, and where it would make its checkout.
  struct Before {
    CheckoutId id;
    std::optional<Answer> answer;
  };
  /// What is made: under which id, and of which cart, if of one.
  struct Making {
    CheckoutId id;
    Kind kind{Kind::kCheckout};
    SessionPtr cart{};
  };
  CheckoutId new_id(const Caller& caller, const KeyUse& key, Kind kind, const std::string& again = {});
  asio::awaitable<Result<Before>> find_created(const Caller& caller, const KeyUse& key, Kind kind, Instant now);
  asio::awaitable<Result<std::optional<Answer>>> created_before(const Caller& caller, const CheckoutId& id,
                                                                const KeyUse& key, Instant now);
  Session fresh(const Caller& caller, const Making& making, const Patch& patch, const Snapshot& snapshot, Instant now);
  /// nullopt: another request has just made it.
  asio::awaitable<Result<std::optional<Answer>>> make(const Caller& caller, const KeyUse& key, const Patch& patch,
                                                      const Making& making, Instant now);
  CheckoutId converted_id(const Session& cart);
  asio::awaitable<Result<std::optional<Answer>>> conversion(const Caller& caller, const KeyUse& key,
                                                            const CheckoutId& id, bool& over);

  // Ending them without an order (service_cancel.cpp).
  asio::awaitable<Result<Answer>> cancel_closed(const Caller& caller, SessionPtr session, KeyUse key);
  asio::awaitable<Result<Answer>> cancel_open(const Caller& caller, SessionPtr session, KeyUse key, bool& moved);

  Env env;
  Completion completion;
  KeptAnswers kept_answers;
};

}  // namespace kassa::checkout
