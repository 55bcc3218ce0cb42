#pragma once
// What the UCP routes work with. Made by the wiring, which keeps everything alive as long as the router; all
// of it may be used from every I/O thread.

#include <string>

#include "services/base/clock.hpp"
#include "services/base/random.hpp"
#include "services/checkout/service.hpp"
#include "services/ports/platform_profiles.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/signing.hpp"
#include "services/ports/store_directory.hpp"
#include "services/protocol/ucp/render.hpp"

namespace kassa::protocol {

struct UcpServices {
  checkout::CheckoutService& checkout;
  checkout::SnapshotSource& snapshots;
  ports::StoreDirectory& directory;
  ports::PlatformProfiles& profiles;
  const UcpRenderer& renderer;
  const ports::Signer& signer;
  std::string public_url;  ///< Empty: made from each request's scheme and host.
  const Clock& clock;
  const ports::SecretBox& box;
  Random& random;
  bool sandbox{false};  ///< A deployment for trying things out.
};

}  // namespace kassa::protocol
