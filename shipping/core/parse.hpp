#pragma once
// JSON -> Zone and Rate. Notes every fault with its place and a hint and carries on. Private to
// shipping/core.

#include <string>
#include <vector>

#include "services/base/json.hpp"
#include "shipping/core/table.hpp"

namespace kassa::shipping {

inline constexpr std::size_t kZonesMax = 500;
inline constexpr std::size_t kRatesPerZoneMax = 50;
inline constexpr std::size_t kBandsMax = 200;
inline constexpr std::size_t kPlacesPerZoneMax = 2'000;
inline constexpr std::size_t kGoodsMax = 1'000;
inline constexpr std::int64_t kMeasureMax = 1'000'000'000'000'000;  ///< Grams, pieces or minor units.
inline constexpr std::int64_t kDaysMax = 365;

using Problems = std::vector<Problem>;

/// Where a value stands: a JSON Pointer.
using Path = std::string;

[[nodiscard]] inline Path below(const Path& path, std::size_t index) { return path + '/' + std::to_string(index); }
void fault(Problems& problems, const Path& path, std::string code, std::string message, std::string hint = {});

/// A typo must not be silent: every member outside the list is a fault.
void refuse_other_members(ObjectReader& reader, std::initializer_list<std::string_view> known);

/// A whole number from 0 to `max`: value_not_integer, amount_negative, out_of_range, type_mismatch.
[[nodiscard]] std::optional<std::int64_t> read_count(const json::value& value, const Path& path, std::int64_t max,
                                                     Problems& problems);

/// An array of non-empty strings.
[[nodiscard]] std::vector<std::string> read_texts(ObjectReader& reader, std::string_view key, std::size_t count_max);

[[nodiscard]] Zone parse_zone(const json::object& object, const Path& path, Problems& problems);
[[nodiscard]] Rate parse_rate(const json::object& object, const Path& path, Problems& problems);

}  // namespace kassa::shipping
