#include "services/checkout/simulation.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/checkout/simulated_price.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kRecordedAtOnce = 500;
constexpr std::chrono::milliseconds kPricedAtOnce{5};
constexpr Instant kAfterAll{std::chrono::milliseconds(8'000'000'000'000'000)};

Snapshot simulated_ground(const Snapshot& ground, discounts::RuleSetPtr rules) {
  Snapshot copy = ground;
  copy.rules = std::move(rules);
  copy.usage = {};
  return copy;
}

Result<void> add_sums(const SimulatedSums& more, SimulatedSums& to) {
  KASSA_TRY(to.revenue, checked_add(to.revenue, more.revenue));
  KASSA_TRY(to.net, checked_add(to.net, more.net));
  KASSA_TRY(to.discount, checked_add(to.discount, more.discount));
  return ok();
}

/// Keeps the first so many, in the order in which they are told; the id decides between equals.
template <class Before>
void keep_changed(const ChangedCart& cart, std::vector<ChangedCart>& among, Before before) {
  const auto comes_first = [&](const ChangedCart& a, const ChangedCart& b) {
    return a.difference() == b.difference() ? a.recording < b.recording : before(a.difference(), b.difference());
  };
  among.insert(std::ranges::upper_bound(among, cart, comes_first), cart);
  if (among.size() > Simulation::kChangedCartsMax) among.pop_back();
}

void note_change(const RecordedCart& cart, std::int64_t live, std::int64_t draft, SimulatedCurrency& out) {
  if (live == draft) return;
  out.touched += 1;
  const ChangedCart changed{cart.id, live, draft};
  if (draft > live) keep_changed(changed, out.best, std::greater<>{});
  if (draft < live) keep_changed(changed, out.worst, std::less<>{});
}

Result<void> add_given(const SimulatedPrice& price, Currency currency, RuleSums SimulatedRule::* side,
                       std::map<std::string, SimulatedRule>& rules) {
  for (const auto& [rule, amount] : price.given) {
    RuleSums& sums = rules[rule].*side;
    sums.carts += 1;
    std::int64_t& given = sums.given[std::string(currency.code())];
    KASSA_TRY(given, checked_add(given, amount));
  }
  return ok();
}

RecordedCart recorded_at(const ports::Row& row) {
  RecordedCart cart = decode_recorded(ports::as_string(row.at(3)));
  cart.id = ports::as_string(row.at(0));
  cart.at = from_millis(ports::as_int(row.at(1)));
  cart.ordered = ports::as_string(row.at(2)) == "ordered";
  return cart;
}

}  // namespace

Simulation::Simulation(const Snapshot& ground, discounts::RuleSetPtr draft)
    : live_(simulated_ground(ground, ground.rules)), draft_(simulated_ground(ground, std::move(draft))) {}

Result<void> Simulation::add(const RecordedCart& cart) {
  RebuiltCart rebuilt(cart, live_);
  KASSA_TRY(const auto live, rebuilt.price(live_));
  KASSA_TRY(const auto draft, rebuilt.price(draft_));
  SimulatedCurrency& currency = report_.currencies[std::string(cart.currency.code())];
  KASSA_TRY(add_sums(live.sums, currency.live));
  KASSA_TRY(add_sums(draft.sums, currency.draft));
  note_change(cart, live.sums.revenue, draft.sums.revenue, currency);
  KASSA_TRY(add_given(live, cart.currency, &SimulatedRule::live, report_.rules));
  KASSA_TRY(add_given(draft, cart.currency, &SimulatedRule::draft, report_.rules));
  currency.carts += 1;
  report_.carts += 1;
  if (rebuilt.lacks_goods()) report_.goods_gone += 1;
  if (cart.known_buyer && !cart.orders_count && discounts::counts_orders(*draft_.rules)) report_.orders_unknown += 1;
  if (cart.known_buyer && !cart.segments && discounts::asks_segments(*draft_.rules)) report_.segments_unknown += 1;
  report_.earliest = std::min(report_.earliest.value_or(cart.at), cart.at);
  report_.latest = std::max(report_.latest.value_or(cart.at), cart.at);
  return ok();
}

asio::awaitable<Result<SimulationReport>> simulate(ports::Store& store, const Clock& clock, const Snapshot& ground,
                                                   discounts::RuleSetPtr draft, SimulationAsk ask) {
  Simulation simulation(ground, std::move(draft));
  const auto here = co_await asio::this_coro::executor;
  statements::RecordedPage page{std::move(ask.outcome), kAfterAll, "", kRecordedAtOnce};
  std::int64_t left = ask.most;
  const auto begun = clock.steady();
  auto paused = begun;
  while (true) {
    // One more than is wanted tells whether there are more.
    page.most = std::min(kRecordedAtOnce, left + 1);
    ports::Step read = statements::read_recorded(ground.store, page);
    KASSA_CO_TRY(const auto rows, co_await store.query(std::move(read)));
    for (const ports::Row& row : rows) {
      const auto now = clock.steady();
      if (left == 0 || now - begun >= kSimulatedFor) {
        simulation.older_are_left_out();
        co_return simulation.report();
      }
      const RecordedCart cart = recorded_at(row);
      KASSA_CO_TRY(simulation.add(cart));
      left -= 1;
      page.before = cart.at;
      page.before_id = cart.id;
      if (clock.steady() - paused < kPricedAtOnce) continue;
      co_await asio::post(here, asio::use_awaitable);
      paused = clock.steady();
    }
    if (static_cast<std::int64_t>(rows.size()) < page.most) co_return simulation.report();
  }
}

}  // namespace kassa::checkout
