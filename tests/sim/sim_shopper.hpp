#pragma once
// A shopper who does random things with one checkout after the other, remembers what was answered, and carries on after
// the process behind it has died. Belongs to the test, not to the process.

#include "tests/sim/witness.hpp"

namespace kassa::sim {

class SimShopper {
 public:
  SimShopper(World& world, Witness& witness, std::uint64_t seed, int steps)
      : world_(world), witness_(witness), choices_(seed), steps_(steps) {}

  /// Goes on until its steps are done; throws ProcessKilled when the process dies under it.
  asio::awaitable<void> live();
  [[nodiscard]] bool done() const noexcept { return steps_ == 0; }

 private:
  asio::awaitable<void> step();
  asio::awaitable<void> create();
  asio::awaitable<void> edit();
  asio::awaitable<void> look();
  asio::awaitable<void> pay(Request request, bool twice);
  asio::awaitable<void> cancel();
  [[nodiscard]] Basket any_basket();
  [[nodiscard]] Request new_request();
  void note(const Result<Answer>& answer);

  World& world_;
  Witness& witness_;
  SeededRandom choices_;
  int steps_;
  int keys_{0};
  std::string checkout_;
  std::optional<std::int64_t> shown_;  // Of the last answer; empty when some answer may have been missed.
  int repeats_{0};  // Requests sent a second time whose answers are still out: they may tell another total at any time.
  bool alone_{true};  // No repeat was out when this step began, so that its answer is the newest word.
  std::optional<Request> last_;
};

}  // namespace kassa::sim
