#pragma once
// Profiles of agent platforms, fetched over HTTP and kept: bounded in count and bytes, one fetch at a time
// per profile, an old profile served on while its platform cannot be reached. One object per process, used
// from every I/O thread; a request that waits for another's fetch is woken on its own thread. The clock must
// outlive the I/O contexts; fetches that are under way when the cache goes away end without harm.

#include <memory>
#include <string>
#include <string_view>

#include "services/base/clock.hpp"
#include "services/ports/http_client.hpp"
#include "services/ports/platform_profiles.hpp"

namespace kassa::protocol {

class ProfileShelf;

class ProfileCache final : public ports::PlatformProfiles {
 public:
  ProfileCache(ports::HttpClient& client, const Clock& clock);
  ~ProfileCache() override;

  boost::asio::awaitable<Result<std::shared_ptr<const ports::PlatformProfile>>> fetch(std::string url,
                                                                                      bool permissive) override;

  /// Profiles and failures kept now, fresh or not.
  [[nodiscard]] std::size_t size() const;

 private:
  boost::asio::awaitable<void> load(std::string key, std::string url, bool permissive);

  ports::HttpClient& client_;
  std::shared_ptr<ProfileShelf> shelf_;
};

/// How long an answer stays fresh: max-age of its Cache-Control, between a minute and an hour.
[[nodiscard]] Millis profile_life(std::string_view cache_control) noexcept;

}  // namespace kassa::protocol
