#pragma once
// The worker that leaves nothing half-done: completions whose process died or whose outcome was unknown (D6), and
// reservations that nobody will ever pay for (D7). Same code path as a client's retry.

#include "services/checkout/completion.hpp"

namespace kassa::checkout {

class Completer {
 public:
  explicit Completer(Env env) : env_(std::move(env)), completion_(env_) {}

  /// Ends every lease: for a store that only this process serves, whose previous owner is dead.
  asio::awaitable<Result<void>> lapse_all();

  /// Takes over what has lapsed. Returns how many completions it moved.
  asio::awaitable<Result<std::size_t>> resume_lapsed();

  /// See Completion::decide.
  asio::awaitable<Result<void>> decide(ports::Store& audited, StoreId store, AttemptId attempt, Decision decision,
                                       bool live);

  /// Frees stock and discount uses of reservations past their time that have no open attempt.
  asio::awaitable<Result<std::size_t>> expire_reservations();

 private:
  struct Round;
  asio::awaitable<void> resume_one(ports::Row row, std::shared_ptr<Round> round);

  Env env_;
  Completion completion_;
};

}  // namespace kassa::checkout
