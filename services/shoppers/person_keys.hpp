#pragma once
// The keys of the persons that this process works with: in memory at once, in the keys database before anything sealed
// with them is committed. New keys become durable together, a moment later, so that a completion finds its person's key
// in place and costs no commit of its own. Shared by all threads.

#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>

#include "services/base/random.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/store.hpp"
#include "services/shoppers/person_key_table.hpp"

namespace kassa::shoppers {

class CachedPersonKeys final : public ports::PersonKeys {
 public:
  /// `has_fresh` is called, from any thread, when settle_fresh() has something to do.
  CachedPersonKeys(ports::Store& keys, const ports::SecretBox& box, const Clock& clock, Random& random,
                   std::function<void()> has_fresh)
      : keys_(keys),
        box_(box),
        clock_(clock),
        random_(random),
        table_(keys, box, clock),
        has_fresh_(std::move(has_fresh)) {}

  PersonId create(const StoreId& store) override;
  asio::awaitable<Result<ports::DataKey>> key_of(const StoreId& store, const PersonId& person) override;
  asio::awaitable<Result<void>> settle(StoreId store, std::vector<PersonId> persons) override;
  asio::awaitable<Result<void>> erase(const StoreId& store, const PersonId& person) override;

  /// Another process erases this person: from now on the keys database is asked each time.
  void forget(const StoreId& store, const PersonId& person);

  /// How many erasures of other processes are remembered.
  [[nodiscard]] std::size_t forgotten() const;

  /// Makes durable what was created since the last call, and forgets erasures that are long over.
  asio::awaitable<Result<void>> settle_fresh();

 private:
  struct Entry {
    ports::DataKey key;
    bool durable{false};
  };
  std::optional<ports::DataKey> cached(const std::string& name) const;
  void keep(const std::string& name, const ports::DataKey& key, bool durable);

  ports::Store& keys_;
  const ports::SecretBox& box_;
  const Clock& clock_;
  Random& random_;
  PersonKeyTable table_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;      // By "<store>|<person>".
  std::unordered_map<std::string, Instant> forgotten_;  // When; not kept again.
  std::map<StoreId, std::vector<PersonId>> fresh_;      // Created since the last settle_fresh().
  std::function<void()> has_fresh_;
};

}  // namespace kassa::shoppers
