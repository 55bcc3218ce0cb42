#pragma once
// What an answer over UCP depends on besides the checkout: protocol version, posture and negotiated
// capabilities. It travels with an idempotency key as text, so that the completer can write the answer long
// after the request.

#include <string>
#include <string_view>

#include "services/ports/store_settings.hpp"
#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {

struct Rendering {
  std::string version{kUcpVersion};
  ports::BusinessErrors posture{ports::BusinessErrors::kInBand};
  CapabilitySet capabilities;
  bool sandbox_offered{true};  ///< False for live callers: the sandbox gateway is not among the handlers.
  friend bool operator==(const Rendering&, const Rendering&) = default;
};

/// "ucp/2026-04-08/in_band/checkout,discount", for live callers with "/live" behind.
[[nodiscard]] std::string to_text(const Rendering& rendering);
/// What to_text wrote, in this or an earlier process; anything else throws InvariantBroken.
[[nodiscard]] Rendering rendering_from(std::string_view text);

}  // namespace kassa::protocol
