#pragma once
// The embedded session cache: a striped hash map in this process, bounded in entries and bytes. Expired entries are
// never given out and leave when their stripe is swept; when a stripe is full, whoever was asked for longest ago (of a
// few) leaves early, and is read back from the journal.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "services/base/clock.hpp"
#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/ports/session_cache.hpp"

namespace kassa::platform {

class MemorySessionCache final : public ports::SessionCache {
 public:
  static constexpr std::size_t kEntriesMax = 100'000;

  explicit MemorySessionCache(const Clock& clock, std::size_t entries_max = kEntriesMax,
                              std::size_t bytes_max = limits::kSessionCacheBytes)
      : clock_(clock),
        stripe_max_(std::max<std::size_t>(1, entries_max / kStripes)),
        stripe_bytes_max_(bytes_max / kStripes) {}

  ports::asio::awaitable<Result<std::optional<ports::SessionEntry>>> get(const StoreId& store,
                                                                         const CheckoutId& id) override;
  ports::asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                           std::optional<ports::SessionVersion> expected,
                                           ports::SessionEntry entry) override;
  ports::asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) override;
  ports::asio::awaitable<Result<bool>> drop_seen(const StoreId& store, const CheckoutId& id,
                                                 ports::SessionEntry seen) override;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes() const;  ///< As its values tell.

 private:
  struct Slot {
    StoreId store;
    ports::SessionEntry entry;
    std::size_t bytes{};
    std::uint64_t used{};  ///< The stripe's count when it was last asked for.
  };
  /// A checkout's id without memory of its own, so that a look-up fetches one place less.
  class Name {
   public:
    static constexpr std::size_t kBytesMax = 47;
    explicit Name(const CheckoutId& id) : size_(static_cast<std::uint8_t>(id.value.size())) {
      ensure(id.value.size() <= kBytesMax, "a checkout's id is too long");
      id.value.copy(bytes_.data(), id.value.size());
    }
    [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }
    friend bool operator==(const Name& a, const Name& b) noexcept { return a.text() == b.text(); }

   private:
    std::array<char, kBytesMax> bytes_{};
    std::uint8_t size_;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const noexcept { return std::hash<std::string_view>{}(name.text()); }
  };
  using Slots = std::unordered_multimap<Name, Slot, NameHash>;  // By checkout: its id says nothing about its store.
  struct Stripe {
    mutable std::mutex mutex;
    Slots slots;
    Instant sweep_at;
    std::size_t bytes{};
    std::uint64_t uses{};
    std::size_t hand{};  ///< The bucket where the next search for room begins.
  };
  Stripe& stripe_of(const CheckoutId& id);
  [[nodiscard]] Slots::iterator find(Stripe& stripe, const StoreId& store, const CheckoutId& id) const;
  [[nodiscard]] bool lives(const Slot& slot) const;
  static void remove(Stripe& stripe, Slots::iterator slot);
  void sweep(Stripe& stripe) const;
  void make_room(Stripe& stripe, std::size_t slots, std::size_t bytes) const;
  void evict_one(Stripe& stripe) const;

  static constexpr std::size_t kStripes = 64;

  const Clock& clock_;
  std::size_t stripe_max_;
  std::size_t stripe_bytes_max_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace kassa::platform
