#pragma once
// IANA time zones as a table made at build time (cmake/zones.py): from 2020 to 2050, and the last offset from then on.
// Private to discounts/; constant, so any thread may read it and nothing waits for a file.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "services/base/clock.hpp"

namespace kassa::discounts {

/// From this second (UTC) on, local time is UTC plus `offset` seconds.
struct ZoneShift {
  std::int64_t from{};
  std::int32_t offset{};
};

struct ZoneName {
  std::string_view name;
  std::uint32_t first{};
  std::uint32_t count{};
};

[[nodiscard]] std::span<const ZoneShift> zone_shifts() noexcept;
[[nodiscard]] std::span<const ZoneName> zone_names() noexcept;  ///< In ascending order.

/// Its shifts; empty for a name that is none.
[[nodiscard]] std::span<const ZoneShift> find_zone(std::string_view name) noexcept;
[[nodiscard]] std::int64_t offset_at(std::span<const ZoneShift> zone, std::int64_t second) noexcept;

}  // namespace kassa::discounts
