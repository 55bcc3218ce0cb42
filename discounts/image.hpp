#pragma once
// A compiled rule set as one run of bytes, and opened again where it lies: a start maps a file instead of parsing a
// million rules. Whoever keeps the bytes (services/app) writes them once they are compiled and never changes them.
// An image belongs to one build of Kassa and one setup: any other refuses it, as well as what is cut short or damaged,
// and compiles anew. The checksum is against accidents; whoever can write there owns the store anyway.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "discounts/engine.hpp"

namespace kassa::discounts {

/// Of a set that was compiled whole: what changed since is left out. `edition` names the build: an image may be read
/// by no other, since what its arrays mean is decided by the code.
[[nodiscard]] std::string image_of(const RuleSet& rules, std::string_view edition);

/// Null when the bytes are no image of this build and setup. The set holds `keeper` as long as it reads them; they
/// begin at an address that 64 divides, as those of every mapped file do.
[[nodiscard]] RuleSetPtr open_image(std::span<const std::byte> bytes, std::shared_ptr<const void> keeper,
                                    const RuleSetup& setup, std::string_view edition);

/// Whether the one differs from the other by changes only: nothing was compiled anew in between.
[[nodiscard]] bool shares_base(const RuleSet& a, const RuleSet& b) noexcept;

}  // namespace kassa::discounts
