#pragma once
// The session caches that the conformance suite runs against. A new backend adds a row to kBackends in backend.cpp.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <span>
#include <string>

#include "services/platform/redis/redis_session_cache.hpp"
#include "tests/conformance/session_cache/eventually.hpp"
#include "tests/conformance/session_cache/redis_server.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/store_doubles.hpp"

namespace kassa {

namespace asio = boost::asio;
using ports::SessionEntry;
using ports::SessionVersion;

/// A value that says something.
struct Note final : ports::SessionValue {
  explicit Note(std::string text_) : text(std::move(text_)) {}
  std::string text;
};

class NoteCodec final : public ports::SessionCodec {
 public:
  asio::awaitable<Result<Bytes>> encode(std::shared_ptr<const ports::SessionValue> value) override;
  asio::awaitable<Result<std::shared_ptr<const ports::SessionValue>>> decode(StoreId store, CheckoutId id,
                                                                             Bytes bytes) override;
};

/// A cache and what surrounds it. Nodes of one backend share what they hold, if the cache is a shared one.
class CacheUnderTest {
 public:
  virtual ~CacheUnderTest() = default;
  virtual ports::SessionCache& node(std::size_t number) = 0;
  virtual void lose_everything() = 0;
  /// Nothing is held, and no node has seen anything.
  virtual void begin() { lose_everything(); }
  /// Until an entry that lives for so long is surely over.
  virtual bool outlive(Millis life) = 0;

  template <class T>
  T run(asio::awaitable<T> work);

  asio::io_context io;
  ManualClock clock;
  SummingMetrics metrics;
  EventLog log;
  NoteCodec codec;
};

struct CacheBackend {
  const char* name;
  std::unique_ptr<CacheUnderTest> (*make)();
};

[[nodiscard]] std::span<const CacheBackend> cache_backends();

/// Nodes on one Redis, or one cluster.
class RedisNodes : public CacheUnderTest {
 public:
  explicit RedisNodes(const std::string& url, std::chrono::milliseconds budget = std::chrono::milliseconds{500});
  ports::SessionCache& node(std::size_t number) override { return *nodes_.at(number); }
  void begin() override;
  bool outlive(Millis life) override;

  platform::RedisOptions options;

 private:
  void make_nodes();
  std::vector<std::unique_ptr<platform::RedisSessionCache>> nodes_;
};

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

template <class T>
T CacheUnderTest::run(asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(io, keep_result(std::move(work), result), [&](std::exception_ptr error) {
    failure = std::move(error);
    ended = true;
  });
  io.restart();
  while (!ended) io.run_one();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

[[nodiscard]] SessionEntry entry(const Clock& clock, SessionVersion version, std::string text,
                                 Millis life = std::chrono::minutes{5});
[[nodiscard]] std::string text_of(const std::optional<SessionEntry>& entry);

inline const StoreId kShop{"shop"};
inline const CheckoutId kOne{"chk_one" + std::string(33, 'z')};  ///< As one that follows from a key.

}  // namespace kassa
