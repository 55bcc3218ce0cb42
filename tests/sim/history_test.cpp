// Random histories: several shoppers at once, a gateway that loses answers, time that jumps, prices that move,
// processes that die at a commit. After each, peace, and then every invariant. KASSA_SIM_RUNS says how many,
// KASSA_SIM_SEED repeats one.

#include <cstdlib>
#include <iostream>
#include <random>

#include "services/checkout/inbox.hpp"
#include "tests/sim/sim_shopper.hpp"

namespace kassa::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::IsEmpty;

constexpr const char* kPoints[] = {
    "reserve.before", "reserve.after", "gateway.before", "gateway.after",   "outcome.before", "outcome.after",
    "release.before", "release.after", "reply.before",   "complete.before", "complete.after", "park.before",
    "park.after",     "expire.before", "cancel.before",  "cancel.after",    "inbox.before",   "inbox.after",
    "journal.before", "journal.after", "person.before",  "person.after",    "numbers.before", "numbers.after"};

class History {
 public:
  explicit History(std::uint64_t seed) : choices_(seed), world_(seed) {
    const std::uint64_t count = 2 + choices_.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
      shoppers_.push_back(
          std::make_unique<SimShopper>(world_, witness_, choices_.next(), 4 + static_cast<int>(choices_.below(14))));
    }
    kills_ = choices_.below(4);
  }

  std::vector<std::string> run() {
    while (!one_life()) {
      if (choices_.below(4) == 0) {
        world_.reboot();
      } else {
        world_.kill_and_restart();
      }
    }
    calm_down();
    ask_again();
    auto found = world_.violations(true, witness_.orders());
    found.insert(found.end(), witness_.complaints().begin(), witness_.complaints().end());
    return found;
  }
  [[nodiscard]] std::size_t orders() const { return witness_.orders().size(); }

 private:
  /// True when everybody got through it; false when the process died.
  bool one_life() {
    if (kills_ > 0) {
      --kills_;
      plan_death(world_.process->fate);
    }
    for (const auto& shopper : shoppers_) {
      if (!shopper->done()) start(shopper->live());
    }
    start(weather());
    world_.outside.io.restart();
    world_.outside.io.run();
    return !world_.process->fate.dead();
  }

  void plan_death(Fate& fate) {
    const auto moment = choices_.below(2) == 0 ? Fate::Moment::kBeforeCommit : Fate::Moment::kAfterCommit;
    if (choices_.below(2) == 0) return fate.die_at(1 + static_cast<std::int64_t>(choices_.below(60)), moment);
    fate.die_at_point(kPoints[choices_.below(std::size(kPoints))], 1 + static_cast<std::int64_t>(choices_.below(4)));
  }

  void start(asio::awaitable<void> work) {
    asio::co_spawn(world_.outside.io, std::move(work), [this](const std::exception_ptr& error) { note(error); });
  }

  void note(const std::exception_ptr& error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const ProcessKilled&) {
      // The planned death; the next process finds out what was kept.
    } catch (const std::exception& e) {
      witness_.complain(std::string("exception: ") + e.what());
    }
  }

  /// Everything that happens besides shopping.
  asio::awaitable<void> weather() {
    for (std::uint64_t i = 10 + choices_.below(30); i > 0; --i) {
      co_await world_.outside.turns.wait();
      co_await event();
      look_around();
    }
  }

  asio::awaitable<void> event() {
    checkout::Completer& completer = world_.process->completer;
    switch (choices_.below(14)) {
      case 0: world_.outside.clock.advance(seconds{1 + choices_.below(30)}); break;
      case 1: world_.outside.clock.advance(minutes{1 + choices_.below(20)}); break;
      case 2:
        if (choices_.below(10) == 0) world_.outside.clock.advance(hours{7});
        break;
      case 3: lose_something(); break;
      case 4: world_.outside.merchant.set_price("mug", 1200 + static_cast<std::int64_t>(choices_.below(100))); break;
      case 5:
      case 6: (void)co_await completer.resume_lapsed(); break;
      case 7: (void)co_await completer.expire_reservations(); break;
      case 8: co_await decide_one(); break;
      case 10: co_await gateway_calls(); break;
      case 9: (void)co_await world_.process->numbers.top_up(); break;
      default: (void)co_await world_.process->sessions.flush(); break;
    }
  }

  /// The invariants hold at every moment, not only in peace.
  void look_around() {
    if (!witness_.complaints().empty() || world_.process->fate.dead()) return;
    for (std::string& what : world_.violations(false, witness_.orders())) witness_.complain(std::move(what));
  }

  /// The gateway says that something happened to a charge: perhaps twice, perhaps late.
  asio::awaitable<void> gateway_calls() {
    const auto charges = world_.outside.book_file->query_blocking(ports::Step("SELECT gateway_key FROM charge"));
    if (charges.value().empty()) co_return;
    checkout::GatewayEvent event;
    event.gateway = GatewayId{"gw"};
    event.event_key = "e" + std::to_string(choices_.below(20));
    event.gateway_key = ports::as_string(charges.value()[choices_.below(charges.value().size())].at(0));
    checkout::Inbox inbox(world_.process->main, world_.outside.clock, [] {});
    (void)co_await inbox.receive(std::move(event));
  }

  void lose_something() {
    std::vector<Wire::Fault> faults;
    for (std::uint64_t i = choices_.below(4); i > 0; --i) faults.push_back(static_cast<Wire::Fault>(choices_.below(4)));
    world_.outside.wire->plan(std::move(faults));
  }

  asio::awaitable<void> decide_one() {
    const auto charges = co_await world_.outside.bank->charges();
    if (!charges || charges.value().empty()) co_return;
    std::string id = charges.value()[choices_.below(charges.value().size())].charge_id;
    const bool ok = choices_.below(2) == 0;
    (void)co_await world_.outside.bank->approve(std::move(id), ok);
  }

  /// Nothing is lost any more, every buyer and bank decides, and time passes.
  void calm_down() {
    world_.process->fate.spare();
    world_.outside.wire->plan({});
    for (int round = 0; round < 8; ++round) {
      world_.approve(choices_.below(2) == 0);
      world_.outside.clock.advance(minutes{6});
      world_.tick();
      world_.expire();
      world_.flush();
    }
  }

  /// Every final answer stands, and what was canceled stays canceled.
  void ask_again() {
    const auto requests = witness_.requests();
    for (const auto& [name, request] : requests) {
      witness_.heard(request, true, world_.complete(request.checkout, request.key, request.token), std::nullopt);
      witness_.heard(Request{request.checkout, request.key, "tok_never_used"}, true,
                     world_.complete(request.checkout, request.key, "tok_never_used"), std::nullopt);
    }
    for (const std::string& checkout : witness_.canceled()) {
      const auto answer = world_.get(checkout);
      if (!answer || checkout::said(answer.value(), "state") != "canceled")
        witness_.complain("not canceled: " + checkout);
    }
  }

  SeededRandom choices_;
  World world_;
  Witness witness_;
  std::vector<std::unique_ptr<SimShopper>> shoppers_;
  std::uint64_t kills_{};
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(History, AnyOrderOfEventsKeepsEveryInvariant) {
  const bool repeats = std::getenv("KASSA_SIM_SEED") != nullptr;
  const std::uint64_t first = number_from("KASSA_SIM_SEED", std::random_device{}() * std::uint64_t{1'000'003});
  const std::uint64_t runs = repeats ? 1 : number_from("KASSA_SIM_RUNS", 200);
  std::cout << "first seed " << first << ", " << runs << " histories\n";
  std::size_t orders = 0;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    History history(seed);
    ASSERT_THAT(history.run(), IsEmpty()) << "repeat with KASSA_SIM_SEED=" << seed;
    orders += history.orders();
  }
  std::cout << orders << " orders were acknowledged\n";
}

}  // namespace
}  // namespace kassa::sim
