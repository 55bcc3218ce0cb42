#pragma once
// Strong identifiers: one type per kind of thing, so that an order id never passes for a payment id. New ids
// are prefixed, time-ordered and unguessable: prefix + 10 base32 digits of time (48-bit milliseconds) + 26
// base32 digits of randomness = 130 random bits.

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "services/base/clock.hpp"
#include "services/base/random.hpp"

namespace kassa {

template <class Tag>
struct Id {
  std::string value;

  Id() = default;
  explicit Id(std::string value_) : value(std::move(value_)) {}
  explicit Id(std::string_view value_) : value(value_) {}
  explicit Id(const char* value_) : value(value_) {}
  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;
};

/// The random, time-ordered part shared by all ids (36 characters, lower-case Crockford base32).
[[nodiscard]] std::string unique_suffix(const Clock& clock, Random& random);

template <class IdType>
[[nodiscard]] IdType make_id(std::string_view prefix, const Clock& clock, Random& random) {
  return IdType{std::string(prefix) + unique_suffix(clock, random)};
}

using StoreId = Id<struct StoreTag>;
using CheckoutId = Id<struct CheckoutTag>;
using OrderId = Id<struct OrderTag>;
using AttemptId = Id<struct AttemptTag>;
using EventId = Id<struct EventTag>;
using VariantId = Id<struct VariantTag>;
using ProductId = Id<struct ProductTag>;
using LocationId = Id<struct LocationTag>;
using LineId = Id<struct LineTag>;
using DiscountId = Id<struct DiscountTag>;
using PersonId = Id<struct PersonTag>;
using GatewayId = Id<struct GatewayTag>;

}  // namespace kassa

template <class Tag>
struct std::hash<kassa::Id<Tag>> {
  std::size_t operator()(const kassa::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
