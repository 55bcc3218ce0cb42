#pragma once
// What an answer over UCP depends on besides the checkout: protocol version, posture and negotiated
// capabilities. It travels with an idempotency key as text, so that the completer can write the answer long
// after the request.

#include <string>
#include <string_view>

#include "services/ports/store_settings.hpp"
#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {

/// Which of a store's gateways a caller is offered and may pay with.
enum class Offer : unsigned char {
  kAll,      ///< A test store.
  kReal,     ///< Live callers: none of the adapter "sandbox", which moves play money only.
  kSandbox,  ///< A test key in a live store: only those.
};

struct Rendering {
  std::string version{kUcpVersion};
  ports::BusinessErrors posture{ports::BusinessErrors::kInBand};
  CapabilitySet capabilities;
  Offer offer{Offer::kAll};
  /// With what only the first-party API shows. It has a rendering text of its own.
  bool first_party{false};
  friend bool operator==(const Rendering&, const Rendering&) = default;
};

/// "ucp/2026-04-08/in_band/checkout,discount"; behind it "/live" for Offer::kReal, "/test" for Offer::kSandbox.
[[nodiscard]] std::string to_text(const Rendering& rendering);
/// What to_text wrote, in this or an earlier process; anything else throws InvariantBroken.
[[nodiscard]] Rendering rendering_from(std::string_view text);

}  // namespace kassa::protocol
