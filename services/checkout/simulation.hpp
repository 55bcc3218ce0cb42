#pragma once
// What other discount rules would have come to: each recorded cart priced twice, by the rules that a store has and by
// changed ones, at the time at which it was recorded, and the sums of both. Unit prices and shipping are the recorded
// ones, taxes and facts about goods those of the snapshot. Limits and budgets take part as if nothing had been used: a
// sample cannot say when they would have ended. Adding carts is pure; simulate() reads them. One thread at a time.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/checkout/recorded_cart.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

/// Minor units of one currency.
struct SimulatedSums {
  std::int64_t revenue{};   ///< What buyers would pay, taxes and shipping included.
  std::int64_t net{};       ///< Of taxes.
  std::int64_t discount{};  ///< What the rules would take.
  friend bool operator==(const SimulatedSums&, const SimulatedSums&) = default;
};

/// A cart that comes to another total.
struct ChangedCart {
  std::string recording;
  std::int64_t live{};
  std::int64_t draft{};
  [[nodiscard]] std::int64_t difference() const noexcept { return draft - live; }
  friend bool operator==(const ChangedCart&, const ChangedCart&) = default;
};

struct SimulatedCurrency {
  std::int64_t carts{};
  std::int64_t touched{};  ///< With another total.
  SimulatedSums live;
  SimulatedSums draft;
  std::vector<ChangedCart> best;   ///< Bring more, the most first.
  std::vector<ChangedCart> worst;  ///< Bring less, the most first.
};

struct RuleSums {
  std::int64_t carts{};                         ///< In which it took something, or gave a gift.
  std::map<std::string, std::int64_t> given{};  ///< By currency.
  friend bool operator==(const RuleSums&, const RuleSums&) = default;
};

struct SimulatedRule {
  RuleSums live;
  RuleSums draft;
};

struct SimulationReport {
  std::int64_t carts{};
  std::int64_t goods_gone{};      ///< Carts with goods that are in the catalogue no more.
  std::int64_t orders_unknown{};  ///< Of known buyers whose orders nobody counted then, while the draft asks for them.
  std::int64_t segments_unknown{};
  bool more{false};  ///< Older carts were left out.
  std::optional<Instant> earliest;
  std::optional<Instant> latest;
  std::map<std::string, SimulatedCurrency> currencies;  ///< By code.
  std::map<std::string, SimulatedRule> rules;           ///< Those that did something, by id.
};

class Simulation {
 public:
  static constexpr std::size_t kChangedCartsMax = 20;

  /// `ground` is of one store; its own rules are the live ones.
  Simulation(const Snapshot& ground, discounts::RuleSetPtr draft);

  /// kMoneyOverflow when the sums leave 64 bits.
  Result<void> add(const RecordedCart& cart);
  [[nodiscard]] const SimulationReport& report() const noexcept { return report_; }
  void older_are_left_out() noexcept { report_.more = true; }

 private:
  Snapshot live_;
  Snapshot draft_;
  SimulationReport report_;
};

/// What one recorded cart comes to under a snapshot's rules.
struct SimulatedPrice {
  SimulatedSums sums;
  std::vector<std::pair<std::string, std::int64_t>> given;  ///< By rule; a gift: 0.
};

struct SimulationAsk {
  std::string outcome;  ///< "open", "ordered", or empty: any.
  std::int64_t most{};  ///< The newest so many carts.
};

/// Reads and prices them, with pauses in which the thread does what else there is. What is not priced after
/// kSimulatedFor is left out, as older carts are. `clock` and `ground` must outlive the call.
inline constexpr std::chrono::seconds kSimulatedFor{10};
asio::awaitable<Result<SimulationReport>> simulate(ports::Store& store, const Clock& clock, const Snapshot& ground,
                                                   discounts::RuleSetPtr draft, SimulationAsk ask);

}  // namespace kassa::checkout
