#pragma once
// Death of a process, and the store it dies at. A Fate belongs to one simulated process; a SimStore stands in front of
// a real SQLite store and ends the process before or after its n-th commit, or at a named crash point, by throwing
// ProcessKilled into whoever awaits it; from then on every use of the store throws, so that nothing of the dead process
// goes on. Everything runs on the test's thread.

#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <string>

#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/fakes.hpp"

namespace kassa::sim {

namespace asio = boost::asio;

struct ProcessKilled : std::runtime_error {
  ProcessKilled() : std::runtime_error("the simulated process was killed") {}
};

class Fate {
 public:
  enum class Moment : unsigned char { kBeforeCommit, kAfterCommit };

  /// Ends the process at the `commits`-th commit from now (1: the next one).
  void die_at(std::int64_t commits, Moment moment) {
    left_ = commits;
    moment_ = moment;
  }
  /// Ends the process at the n-th time that it passes a named point ("reserve.after").
  void die_at_point(std::string point, std::int64_t nth) {
    point_ = std::move(point);
    passes_ = nth;
  }
  /// The process passes a point; from its planned one on it is dead.
  void reach(std::string_view point) noexcept {
    if (passes_ > 0 && point == point_ && --passes_ == 0) dead_ = true;
  }
  void die() { dead_ = true; }
  /// No planned death any more.
  void spare() { left_ = passes_ = 0; }
  [[nodiscard]] bool dead() const noexcept { return dead_; }
  void check() const {
    if (dead_) throw ProcessKilled();
  }
  void before_commit() {
    check();
    if (left_ > 0 && --left_ == 0) {
      last_ = true;
      dead_ = moment_ == Moment::kBeforeCommit;
    }
    check();
  }
  void after_commit() {
    dead_ = dead_ || last_;
    check();
  }

 private:
  std::int64_t left_{};
  std::int64_t passes_{};
  std::string point_;
  Moment moment_{};
  bool last_{false};
  bool dead_{false};
};

/// Who runs next: lets other coroutines of the same thread go first, as often as the seed says. Without a seed it does
/// nothing.
class Turns {
 public:
  explicit Turns(std::optional<std::uint64_t> seed) {
    if (seed) random_.emplace(*seed);
  }
  [[nodiscard]] bool seeded() const noexcept { return random_.has_value(); }
  asio::awaitable<void> wait();

 private:
  std::optional<SeededRandom> random_;
};

class SimStore final : public ports::Store {
 public:
  /// `fate` may be null: a store outside the process.
  SimStore(platform::SqliteStore& inner, Turns& turns, Fate* fate) : inner_(inner), turns_(turns), fate_(fate) {}

  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override;
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override;

  /// The next `count` transactions of this name are refused as by a full disk.
  void refuse(std::string name, int count) {
    refused_ = std::move(name);
    refusals_ = count;
  }
  /// The next transaction of this name waits until go_on(), as for a disk that stands still.
  void stall(std::string name) { stalled_ = std::move(name); }
  [[nodiscard]] bool stalls() const noexcept { return standing_ != nullptr; }
  void go_on() { standing_->cancel(); }

 private:
  bool refuses(const ports::Transaction& transaction);
  asio::awaitable<void> stand_still();
  void pass(std::string_view transaction, std::string_view moment);
  asio::awaitable<Result<ports::Committed>> committed(std::string_view name, Result<ports::Committed> done);
  asio::awaitable<Result<std::vector<ports::Row>>> found(Result<std::vector<ports::Row>> rows);

  platform::SqliteStore& inner_;
  Turns& turns_;
  Fate* fate_;
  std::string refused_;
  int refusals_{};
  std::string stalled_;
  asio::steady_timer* standing_{};
};

}  // namespace kassa::sim
