#pragma once
// Profiles of agent platforms, fetched and cached. Implemented over the HTTP client.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "services/base/json.hpp"
#include "services/base/result.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

struct PlatformProfile {
  std::string url;
  bool readable{false};   ///< false: permissive mode, fetched in vain or of an old shape.
  std::string version;    ///< ucp.version, empty when unknown.
  json::object document;  ///< As served.
};

class PlatformProfiles {
 public:
  virtual ~PlatformProfiles() = default;
  /// kInvalidProfileUrl, kProfileUnreachable, kProfileMalformed in strict mode; in permissive mode a profile that is
  /// not readable instead. Cached (floor 60 s), single-flight, bounded. A cached one is returned without a wait.
  virtual asio::awaitable<Result<std::shared_ptr<const PlatformProfile>>> fetch(std::string url, bool permissive) = 0;
};

}  // namespace kassa::ports
