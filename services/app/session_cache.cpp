#include "services/app/session_cache.hpp"

#include "services/platform/redis/redis_session_cache.hpp"
#include "services/platform/store/memory_session_cache.hpp"

namespace kassa::app {

std::unique_ptr<ports::SessionCache> make_session_cache(const platform::Config& config,
                                                        const std::vector<asio::io_context*>& contexts,
                                                        ports::SessionCodec& codec, Base& base) {
  const std::size_t bytes_max = config.session_cache_mb * 1024 * 1024;
  if (config.sessions.empty()) {
    return std::make_unique<platform::MemorySessionCache>(base.clock, platform::MemorySessionCache::kEntriesMax,
                                                          bytes_max);
  }
  auto options = platform::parse_redis_url(config.sessions).value();  // The settings' check has read it before.
  options.recent_bytes_max = bytes_max;
  return std::make_unique<platform::RedisSessionCache>(contexts, options, codec, base.clock, base.log, base.metrics);
}

}  // namespace kassa::app
