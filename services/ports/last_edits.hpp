#pragma once
// Remembers, outside the process, which version of each session was last answered. The journal is written a moment
// after the answer; when the process dies in between, this tells a reopened session whether it is really the last one
// that its shopper saw. It survives the process, not the machine: after a reboot nothing is known.

#include "services/base/id.hpp"
#include "services/ports/session_cache.hpp"

namespace kassa::ports {

class LastEdits {
 public:
  virtual ~LastEdits() = default;
  /// Costs one memory write.
  virtual void note(const CheckoutId& id, SessionVersion version) noexcept = 0;
  /// True only when `version` is known to be the last that was noted for `id`.
  [[nodiscard]] virtual bool is_last(const CheckoutId& id, SessionVersion version) const noexcept = 0;
};

}  // namespace kassa::ports
