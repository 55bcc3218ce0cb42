#pragma once
// Snapshots of stores: loaded on first use, replaced as a whole when the store's revision moves. Reads are
// shared-locked pointer copies; loading happens on whoever asks first, refreshing on the worker.

#include <chrono>
#include <shared_mutex>
#include <unordered_map>

#include "services/checkout/snapshot.hpp"
#include "services/ports/log.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/signing.hpp"
#include "services/ports/stock_view.hpp"
#include "services/ports/store.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class SnapshotLoader final : public checkout::SnapshotSource {
 public:
  struct Dependencies {
    ports::Store& store;
    const ports::SecretBox& box;
    const ports::Signer& signer;
    ports::StockView& stock;
    ports::Log& log;
    std::string public_url;  ///< For stores without URL templates of their own.
  };
  explicit SnapshotLoader(Dependencies dependencies) : d_(std::move(dependencies)) {}

  asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> get(const StoreId& store) override;
  asio::awaitable<Result<void>> refresh_levels(const StoreId& store) override;
  std::shared_ptr<const checkout::Snapshot> peek(const StoreId& store) const override;

  /// Loads again what has a new revision.
  asio::awaitable<void> refresh();

 private:
  asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> load(StoreId store);
  asio::awaitable<Result<ports::SigningKey>> load_signing(StoreId store);
  void publish(const StoreId& store, std::shared_ptr<const checkout::Snapshot> snapshot);
  [[nodiscard]] bool levels_are_old(const StoreId& store);
  [[nodiscard]] std::vector<StoreId> wanted_levels();

  Dependencies d_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<StoreId, std::shared_ptr<const checkout::Snapshot>> snapshots_;
  struct Levels {
    std::chrono::steady_clock::time_point read_at;
    bool wanted{false};  ///< Somebody asked again too soon.
  };
  std::unordered_map<StoreId, Levels> levels_;
};

/// "signing_key|<store>|<kid>": binds a sealed signing key to its row.
[[nodiscard]] std::string signing_aad(const StoreId& store, std::string_view kid);

}  // namespace kassa::app
