#pragma once
// Snapshots of stores: loaded on first use, replaced as a whole when the store's revision moves (a copy with other
// goods where nothing else has changed), dropped when more stores are held than the settings allow and nobody has asked
// for this one lately. Reads are shared-locked pointer copies from any thread; loading happens on the worker, one load
// of a store at a time, and whoever asks meanwhile waits for that one. refresh() is the worker's, too; refresh_levels()
// runs where it is called, at most ten times a second for each store that is held, because who was refused must be
// shown the true state in that very answer.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <shared_mutex>
#include <unordered_map>

#include "services/app/compiled_rules.hpp"
#include "services/base/limits.hpp"
#include "services/catalog/catalog_patch.hpp"
#include "services/catalog/load.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/platform/store/waiter.hpp"
#include "services/ports/log.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/signing.hpp"
#include "services/ports/stock_view.hpp"
#include "services/ports/store.hpp"

namespace kassa::app {

namespace asio = boost::asio;

using SnapshotPtr = std::shared_ptr<const checkout::Snapshot>;

class SnapshotLoader final : public checkout::SnapshotSource {
 public:
  struct Dependencies {
    ports::Store& store;
    const ports::SecretBox& box;
    const ports::Signer& signer;
    ports::StockView& stock;
    ports::Log& log;
    asio::any_io_executor worker;
    std::size_t stores_max;                       ///< Held at once, but for those that were asked for within `rest`.
    std::function<void(const StoreId&)> dropped;  ///< Whatever else is held of that store may go, too.
    /// Longer than a request takes: what it began with stays until its end.
    std::chrono::milliseconds rest{limits::kRequestTime};
    /// A rule that is used up here may have got uses back in another process.
    std::chrono::milliseconds used_up_look{std::chrono::seconds{5}};
  };
  /// `compiled`: a folder for what was compiled of stores with very many rules; empty: none is kept.
  explicit SnapshotLoader(Dependencies dependencies, std::filesystem::path compiled = {})
      : d_(std::move(dependencies)), compiled_(std::move(compiled), d_.log) {}
  ~SnapshotLoader() override;

  asio::awaitable<Result<SnapshotPtr>> get(const StoreId& store) override;
  asio::awaitable<Result<void>> refresh_levels(const StoreId& store) override;
  void note_used_up(const StoreId& store, const std::string& rule) override;
  void note_spent(const StoreId& store, const std::string& rule, Money spent) override;
  void note_uses_returned(const StoreId& store) override;
  SnapshotPtr peek(const StoreId& store) const override;

  /// Loads on the calling thread: at the start, when no worker runs yet.
  asio::awaitable<Result<SnapshotPtr>> load(StoreId store);

  /// Loads again what has a new revision and drops what is beyond the limit. On the worker.
  asio::awaitable<void> refresh();

  /// Whoever waits for a load of this store; the first one starts it.
  void submit(StoreId store, platform::WaiterPtr<SnapshotPtr> waiter);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<StoreId> stores() const;  ///< Those that are held.

 private:
  using Time = std::chrono::steady_clock::duration;
  struct Held {
    SnapshotPtr snapshot;
    std::int64_t goods_moves{};            ///< Of its revision.
    mutable std::atomic<Time> asked_at{};  ///< As of the last refresh(): a reader of the hot path asks no clock.
  };
  struct Levels {
    std::chrono::steady_clock::time_point read_at;
    bool wanted{false};  ///< Somebody asked again too soon.
    std::vector<discounts::Usage> usage;
    std::unordered_map<std::string, discounts::RuleLimit> most;  ///< Uses and money that a limited rule has.
    std::uint64_t notes{};  ///< Of rules found used up: what was being read meanwhile is older than they are.
  };

  asio::awaitable<void> fly(StoreId store);
  asio::awaitable<Result<SnapshotPtr>> load_safely(StoreId store);
  struct Ground;
  asio::awaitable<Result<Ground>> load_ground(StoreId store);
  asio::awaitable<Result<ports::Row>> ground_mark(StoreId store);
  asio::awaitable<Result<ports::SigningKey>> load_signing(StoreId store);
  /// `goods_moves`: of its revision; nullopt: of that which is held already.
  SnapshotPtr publish(std::shared_ptr<checkout::Snapshot> snapshot, std::vector<discounts::Usage> usage,
                      std::uint64_t notes_before, std::optional<std::int64_t> goods_moves = std::nullopt);
  /// Reads the goods that changed, where nothing else has; false: load it.
  asio::awaitable<Result<bool>> patch(StoreId store);
  asio::awaitable<bool> patch_safely(StoreId store);
  void publish_goods(const SnapshotPtr& known, catalog::PatchedCatalog patched);
  void show_usage(const StoreId& store, const Levels& levels);
  [[nodiscard]] std::uint64_t notes_of(const StoreId& store) const;
  /// Not an ask: who was asked for longest ago goes first.
  [[nodiscard]] discounts::RuleSetPtr held_rules(const StoreId& store) const;
  asio::awaitable<Result<void>> read_levels(const StoreId& store);
  [[nodiscard]] bool levels_are_old(const StoreId& store);
  void want_used_up();
  void note_limits(const StoreId& store, const discounts::RuleSet& rules);
  [[nodiscard]] std::vector<StoreId> wanted_levels();
  asio::awaitable<void> reload_changed();
  void drop_rested();

  Dependencies d_;
  CompiledRules compiled_;
  Time used_up_seen_{};  ///< When refresh() last looked for them.
  std::atomic<Time> now_{std::chrono::steady_clock::now().time_since_epoch()};
  mutable std::shared_mutex mutex_;
  std::unordered_map<StoreId, Held> held_;
  std::unordered_map<StoreId, Levels> levels_;
  std::unordered_map<StoreId, std::vector<platform::WaiterPtr<SnapshotPtr>>> flights_;
};

/// "signing_key|<store>|<kid>": binds a sealed signing key to its row.
[[nodiscard]] std::string signing_aad(const StoreId& store, std::string_view kid);

}  // namespace kassa::app
