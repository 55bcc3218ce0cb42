#pragma once
// Which capabilities a platform and this store have in common, decided per request from the platform's
// profile. Pure.

#include <string>

#include "services/base/result.hpp"
#include "services/ports/platform_profiles.hpp"
#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {

struct Negotiated {
  CapabilitySet capabilities;
  std::string webhook_url;  ///< Where the platform wants order events, may be empty.
};

/// The intersection of both sides, without extensions whose parents are missing. Strict: kProfileMalformed,
/// kVersionUnsupported for another protocol version, kCapabilitiesIncompatible without the capability
/// that is needed. Permissive: never fails; a profile that is unreadable, of another version, or without that
/// capability gets everything that we offer.
[[nodiscard]] Result<Negotiated> negotiate(const ports::PlatformProfile& profile, bool permissive,
                                           Capability needed = Capability::kCheckout);

}  // namespace kassa::protocol
