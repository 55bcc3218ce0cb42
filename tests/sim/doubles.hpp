#pragma once
// What the simulated process finds outside itself, besides its databases: the table of last edits, the wire to the
// gateway (which may lose, delay or refuse), and nobody's address book. Everything runs on the test's thread.

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "services/ports/failpoints.hpp"
#include "services/ports/http_client.hpp"
#include "services/ports/last_edits.hpp"
#include "services/ports/shopper_directory.hpp"
#include "tests/sim/sim_store.hpp"

namespace kassa::sim {

class NoFailpoints final : public ports::Failpoints {
 public:
  void hit(std::string_view) noexcept override {}
  void hit(std::string_view, std::string_view) noexcept override {}
};

/// The points of the checkout itself: the process that passes its planned one is dead, and whatever it does next finds
/// that out. Those of the store are in SimStore.
class SimFailpoints final : public ports::Failpoints {
 public:
  explicit SimFailpoints(Fate& fate) : fate_(fate) {}
  void hit(std::string_view point) noexcept override { fate_.reach(point); }
  void hit(std::string_view head, std::string_view tail) noexcept override {
    fate_.reach(std::string(head) + "." + std::string(tail));
  }

 private:
  Fate& fate_;
};

/// The table itself survives processes; a reboot empties it.
using EditTable = std::map<std::string, ports::SessionVersion>;

/// One process's view of it: the dead do not write.
class SimEdits final : public ports::LastEdits {
 public:
  SimEdits(EditTable& table, const Fate& fate) : table_(table), fate_(fate) {}
  void note(const CheckoutId& id, ports::SessionVersion version) noexcept override {
    if (!fate_.dead()) table_[id.value] = version;
  }
  [[nodiscard]] bool is_last(const CheckoutId& id, ports::SessionVersion version) const noexcept override {
    const auto found = table_.find(id.value);
    return found != table_.end() && found->second == version;
  }

 private:
  EditTable& table_;
  const Fate& fate_;
};

class NoShoppers final : public ports::ShopperDirectory {
 public:
  boost::asio::awaitable<Result<std::optional<ports::KnownShopper>>> by_email(const StoreId&,
                                                                              std::string_view) override {
    co_return std::optional<ports::KnownShopper>{};
  }
};

class DeadEnd final : public ports::HttpClient {
 public:
  boost::asio::awaitable<ports::HttpReply> send(ports::HttpRequest) override { co_return ports::HttpReply{}; }
};

/// The way to the gateway: remembers what was asked and fails on demand.
class Wire final : public ports::HttpClient {
 public:
  enum class Fault : unsigned char { kNone, kNotSent, kLoseRequest, kLoseReply, kRefuse };

  explicit Wire(ports::HttpClient& gateway) : gateway_(gateway) {}

  boost::asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override;

  /// What happens to the next requests, in order; then none.
  void plan(std::vector<Fault> faults) { faults_ = std::move(faults); }
  /// Requests wait on the wire until let_go().
  void hold() { held_ = true; }
  /// Who waits goes on waiting; requests from now on pass.
  void hold_no_more() { held_ = false; }
  void let_go() {
    held_ = false;
    for (auto* timer : waiting_) timer->cancel();
    waiting_.clear();
  }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  void attach(const Fate& fate) { fate_ = &fate; }

  struct Seen {
    std::string method;
    std::string key;
    std::string body;
  };
  std::vector<Seen> seen;
  [[nodiscard]] std::size_t count(std::string_view method) const {
    return static_cast<std::size_t>(std::ranges::count(seen, method, &Seen::method));
  }

 private:
  Fault next_fault();
  boost::asio::awaitable<void> wait_on_the_wire();

  ports::HttpClient& gateway_;
  const Fate* fate_{};
  std::vector<Fault> faults_;
  bool held_{false};
  std::vector<boost::asio::steady_timer*> waiting_;
};

}  // namespace kassa::sim
