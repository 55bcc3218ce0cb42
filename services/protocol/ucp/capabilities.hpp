#pragma once
// The capabilities that Kassa offers over UCP, as one table, and sets of them as small values and as text.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kassa::protocol {

inline constexpr std::string_view kUcpVersion = "2026-04-08";
inline constexpr std::string_view kUcpPrefix = "/ucp/v1";  ///< Of every UCP route; the published endpoint ends with it.

enum class Capability : unsigned char {
  kCheckout,
  kDiscount,
  kFulfillment,
  kBuyerConsent,
  kOrder,
  kCart,
  kCatalogSearch,
  kCatalogLookup,
  kCount
};

struct CapabilityRow {
  Capability id;
  std::string_view word;  ///< In rendering texts.
  std::string_view name;
  std::string_view extends;  ///< Name of the parent, empty for a root.
  std::string_view schema;   ///< Path below the version at ucp.dev.
  std::string_view spec;
  std::string_view also_extends{};  ///< Another parent: either of them is enough.
};

/// Row `i` describes capability `i`.
extern const std::array<CapabilityRow, static_cast<std::size_t>(Capability::kCount)> kCapabilities;

class CapabilitySet {
 public:
  void add(Capability capability) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | bit(capability)); }
  void remove(Capability capability) noexcept { bits_ = static_cast<std::uint16_t>(bits_ & ~bit(capability)); }
  [[nodiscard]] bool has(Capability capability) const noexcept { return (bits_ & bit(capability)) != 0; }
  [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] static CapabilitySet all() noexcept;
  /// Without those of the catalogue: what a checkout or an order depends on.
  [[nodiscard]] CapabilitySet without_catalog() const noexcept {
    CapabilitySet rest = *this;
    rest.remove(Capability::kCatalogSearch);
    rest.remove(Capability::kCatalogLookup);
    return rest;
  }
  friend bool operator==(CapabilitySet, CapabilitySet) = default;

 private:
  [[nodiscard]] static constexpr unsigned bit(Capability capability) noexcept {
    return 1U << static_cast<unsigned>(capability);
  }
  std::uint16_t bits_{0};
};

/// "checkout,discount,order"
[[nodiscard]] std::string to_text(CapabilitySet set);
/// What to_text wrote; nullopt for an unknown word.
[[nodiscard]] std::optional<CapabilitySet> capabilities_from(std::string_view text);

}  // namespace kassa::protocol
