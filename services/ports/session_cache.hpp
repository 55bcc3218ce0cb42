#pragma once
// Where open sessions live between requests. The cache never looks inside a value; it compares versions. A value may
// vanish at any time: the journal in the Store is what survives. An error says that the cache is of no use right now:
// it may be slow or away, and whether a put or a drop took effect is not known. The Store then serves in its place.

#include <boost/asio/awaitable.hpp>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/result.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

/// (epoch, n): n counts writes; the epoch rises when a session is reopened from the journal, so that a lost fork loses.
struct SessionVersion {
  std::int64_t epoch{};
  std::int64_t n{};
  friend auto operator<=>(const SessionVersion&, const SessionVersion&) = default;
  friend bool operator==(const SessionVersion&, const SessionVersion&) = default;
};

/// Base of what a cache holds; immutable once put.
class SessionValue {
 public:
  virtual ~SessionValue() = default;
  /// About what it takes of memory: a cache holds as many as it has room for.
  [[nodiscard]] virtual std::size_t bytes() const noexcept { return kUsualBytes; }

 protected:
  static constexpr std::size_t kUsualBytes = 2'048;
};

struct SessionEntry {
  SessionVersion version;
  Instant expires_at;
  std::shared_ptr<const SessionValue> value;
  /// Tells two values of one version apart, which exist when a shared cache went back in time; the cache fills it in.
  std::uint64_t mark{};
};

class SessionCache {
 public:
  virtual ~SessionCache() = default;

  virtual asio::awaitable<Result<std::optional<SessionEntry>>> get(const StoreId& store, const CheckoutId& id) = 0;

  /// Compare and set: stored only if the cached version equals `expected` (or nothing is cached and `expected` is
  /// nullopt). False: somebody else was faster; read again.
  virtual asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                            std::optional<SessionVersion> expected, SessionEntry entry) = 0;

  virtual asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) = 0;

  /// Drops what is cached if it is still `seen`, as a get() gave it. True: nothing is cached now. False: something else
  /// is; read again.
  virtual asio::awaitable<Result<bool>> drop_seen(const StoreId& store, const CheckoutId& id, SessionEntry seen) = 0;

  /// What this process saw last, without asking anybody: somebody else may have changed it since. Good enough to base
  /// a put on, whose comparison finds out; not good enough to answer from. A cache in this process has no use for it.
  [[nodiscard]] virtual std::optional<SessionEntry> recent(const StoreId& /*store*/, const CheckoutId& /*id*/) {
    return std::nullopt;
  }

  /// Other processes read and write it, too: what this process knows of a session is then not all there is.
  [[nodiscard]] virtual bool shared() const noexcept { return false; }
};

}  // namespace kassa::ports
