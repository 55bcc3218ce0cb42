#pragma once
// What earlier checks of the same history saw in the main database, for the invariants that speak of change: a finished
// answer never changes (I11), a key never changes its request (I12), histories only grow and states move along declared
// edges (I13). Belongs to the test, so it outlives the simulated processes; reads only.

#include <map>
#include <string>
#include <vector>

#include "services/platform/store/sqlite_store.hpp"

namespace kassa::sim {

class Remembered {
 public:
  /// Compares with the last look and remembers this one.
  void look(platform::SqliteStore& main, std::vector<std::string>& found);

 private:
  struct Key {
    std::string fingerprint;
    std::int64_t version{};
    Bytes answer;  ///< Empty: not finished.
  };
  struct Order {
    std::string state;
    std::int64_t version{};
  };
  void look_at_keys(platform::SqliteStore& main, std::vector<std::string>& found);
  void look_at_attempts(platform::SqliteStore& main, std::vector<std::string>& found);
  void look_at_orders(platform::SqliteStore& main, std::vector<std::string>& found);
  void look_at_checkouts(platform::SqliteStore& main, std::vector<std::string>& found);

  std::map<std::string, Key> keys_;
  std::map<std::string, std::vector<std::string>> events_;  // By attempt, in order.
  std::map<std::string, Order> orders_;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> checkouts_;  // Epoch and n.
};

}  // namespace kassa::sim
