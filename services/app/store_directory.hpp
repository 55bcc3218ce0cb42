#pragma once
// Stores and API keys in memory, read again by the worker. A key is found by its public id; its secret is compared by
// hash in constant time. What was checked once is remembered until the directory is read again.

#include <atomic>
#include <shared_mutex>
#include <unordered_map>

#include "services/base/random.hpp"
#include "services/http/token_cache.hpp"
#include "services/ports/store.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class MemoryStoreDirectory final : public ports::StoreDirectory {
 public:
  MemoryStoreDirectory(ports::Store& store, Random& random);

  [[nodiscard]] std::optional<StoreId> by_host(std::string_view host) const override;
  [[nodiscard]] std::optional<ports::KnownKey> by_key(std::string_view key) const override;

  asio::awaitable<Result<void>> refresh();

 private:
  struct Entry {
    ports::KnownKey key;
    std::string hash;
  };
  ports::Store& store_;
  mutable std::shared_mutex mutex_;
  std::vector<StoreId> stores_;
  std::unordered_map<std::string, Entry> keys_;  // By key id.
  std::atomic<std::uint64_t> generation_{1};     // Of keys_; changes under the lock.
  mutable http::TokenCache<ports::KnownKey> checked_;
};

}  // namespace kassa::app
