#include "services/webhooks/retry_profile.hpp"

#include "services/base/ensure.hpp"
#include "services/base/hash.hpp"

namespace kassa::webhooks {

std::optional<Millis> retry_after(RetryProfile profile, std::string_view event, std::int64_t attempts) {
  ensure(attempts > 0, "a retry follows an attempt");
  if (attempts > static_cast<std::int64_t>(profile.size())) return std::nullopt;
  const Millis wait = profile[static_cast<std::size_t>(attempts - 1)];
  const Digest digest = sha256(std::string(event) + "#" + std::to_string(attempts));
  const auto lot = std::to_integer<std::int64_t>(digest[0]) * 256 + std::to_integer<std::int64_t>(digest[1]);
  return wait - Millis{wait.count() * lot / (10 * 65'536)};
}

}  // namespace kassa::webhooks
