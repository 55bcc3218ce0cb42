#pragma once
// The embedded session cache: a striped hash map in this process. Expired entries leave when their stripe is next
// swept.

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "services/base/clock.hpp"
#include "services/ports/session_cache.hpp"

namespace kassa::platform {

class MemorySessionCache final : public ports::SessionCache {
 public:
  explicit MemorySessionCache(const Clock& clock) : clock_(clock) {}

  ports::asio::awaitable<Result<std::optional<ports::SessionEntry>>> get(const StoreId& store,
                                                                         const CheckoutId& id) override;
  ports::asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                           std::optional<ports::SessionVersion> expected,
                                           ports::SessionEntry entry) override;
  ports::asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) override;

  [[nodiscard]] std::size_t size() const;

 private:
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<std::string, ports::SessionEntry> entries;
    std::size_t puts_until_sweep{1'024};
  };
  Stripe& stripe_of(const std::string& key);
  void sweep(Stripe& stripe);

  const Clock& clock_;
  std::array<Stripe, 64> stripes_;
};

}  // namespace kassa::platform
