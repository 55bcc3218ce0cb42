#pragma once
// The simulated shop: its catalogue, rules, zones, tax and gateway as a snapshot, and the rows that a main database
// holds of it. Prices may change while processes come and go.

#include "tests/sim/sim_store.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::sim {

inline const StoreId kShop{"s1"};

/// mug 12.50 (100 here), rare 50.00 (6 here, 4 there), card 10.00 (digital, unlimited). Codes: TEN (10 %), FIVE (10 %,
/// five uses), ONCE (5 %, once per customer), GIFT (everything), WELCOME (20 % of a first order), MONEY (20 %, together
/// 15.00), PRESENT (a rare on top), FRIEND1 to FRIEND4 (10 %, one order each). DE: standard 4.90, 19 % tax on goods and
/// shipping.
class Merchant {
 public:
  Merchant();

  [[nodiscard]] std::shared_ptr<const checkout::Snapshot> snapshot() const { return snapshot_; }
  void set_price(const std::string& variant, std::int64_t amount);

  /// The rows of a fresh store.
  [[nodiscard]] ports::Transaction rows() const;

 private:
  void publish();

  checkout::Shop shop_;
  std::shared_ptr<const checkout::Snapshot> snapshot_;
};

/// Snapshots of one process: stock levels and discount uses are read from its store when it starts, and when told to.
class SimSnapshots final : public checkout::SnapshotSource {
 public:
  SimSnapshots(const Merchant& merchant, ports::Store& store, ports::StockView& stock)
      : merchant_(merchant), store_(store), stock_(stock) {}

  asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> get(const StoreId& store) override;
  asio::awaitable<Result<void>> refresh_levels(const StoreId& store) override;
  void note_used_up(const StoreId& store, const std::string& rule) override;
  void note_spent(const StoreId&, const std::string& rule, Money spent) override {
    discounts::note_spent(usage_, rule, spent);
  }
  void note_uses_returned(const StoreId&) override { loaded_ = false; }
  [[nodiscard]] std::shared_ptr<const checkout::Snapshot> peek(const StoreId& store) const override;

  /// From now on levels count as just read, and asking for them again reads nothing.
  void stop_reading() { reads_ = false; }

 private:
  const Merchant& merchant_;
  ports::Store& store_;
  ports::StockView& stock_;
  bool loaded_{false};
  bool reads_{true};
  std::vector<discounts::Usage> usage_;
};

}  // namespace kassa::sim
