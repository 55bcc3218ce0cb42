#pragma once
// Open sessions in Redis or Redis Cluster, shared by any number of nodes. One key a session, named after its store
// and checkout; its value begins with the version in a fixed form, so that a script can compare without decoding, and
// goes on with what the codec made. Every operation is one round trip within the budget; see docs/redis.md. Built by
// the app before its threads run, used from each of them.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "services/base/clock.hpp"
#include "services/platform/redis/options.hpp"
#include "services/platform/redis/recent_sessions.hpp"
#include "services/platform/redis/router.hpp"
#include "services/ports/metrics.hpp"
#include "services/ports/session_codec.hpp"

namespace kassa::platform {

class RedisSessionCache final : public ports::SessionCache {
 public:
  /// `contexts`: whoever calls runs on one of them; each is run by one thread.
  RedisSessionCache(const std::vector<asio::io_context*>& contexts, const RedisOptions& options,
                    ports::SessionCodec& codec, const Clock& clock, ports::Log& log, ports::Metrics& metrics);

  asio::awaitable<Result<std::optional<ports::SessionEntry>>> get(const StoreId& store, const CheckoutId& id) override;
  asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                    std::optional<ports::SessionVersion> expected, ports::SessionEntry entry) override;
  asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) override;
  asio::awaitable<Result<bool>> drop_seen(const StoreId& store, const CheckoutId& id,
                                          ports::SessionEntry seen) override;
  [[nodiscard]] std::optional<ports::SessionEntry> recent(const StoreId& store, const CheckoutId& id) override;
  [[nodiscard]] bool shared() const noexcept override { return true; }

  [[nodiscard]] static std::string key_of(const StoreId& store, const CheckoutId& id);

 private:
  struct Script {
    std::string text;
    std::string hash;
    explicit Script(std::string_view text_);
  };
  using Entry = std::optional<ports::SessionEntry>;
  asio::awaitable<Result<RedisReply>> call(std::string_view key, RedisWords words, RedisRouter::Time until);
  asio::awaitable<Result<RedisReply>> run(const Script& script, std::string_view key, std::string_view first,
                                          std::string_view second = {}, std::string_view third = {});
  /// Decodes a value of Redis and keeps the copy.
  asio::awaitable<Result<Entry>> take(StoreId store, CheckoutId id, std::string value);
  asio::awaitable<Result<Entry>> lost_writes(StoreId store, CheckoutId id, ports::SessionEntry old);

  const RedisOptions options_;
  ports::SessionCodec& codec_;
  const Clock& clock_;
  ports::Metrics& metrics_;
  const Script get_changed_;
  const Script put_if_;
  const Script drop_if_;
  RecentSessions recent_;
  std::vector<std::pair<asio::execution_context*, std::unique_ptr<RedisRouter>>> routers_;
};

}  // namespace kassa::platform
