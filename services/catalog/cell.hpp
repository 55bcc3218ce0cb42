#pragma once
// Reading the text of single cells and members: prices, weights, counts, flags. Pure; nullopt or an error
// word means that the caller notes a fault with its line. No floating point anywhere.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/base/json.hpp"
#include "services/base/money.hpp"

namespace kassa::catalog {

inline constexpr std::int64_t kOnHandMax = 1'000'000'000;
inline constexpr std::int64_t kGramsMax = 1'000'000'000;
inline constexpr std::size_t kProductIdBytesMax = 200;

/// "12.5" -> 1250 for EUR. Zeros beyond the currency's digits are accepted ("1200.00" in JPY).
[[nodiscard]] std::optional<std::int64_t> read_price(std::string_view text, Currency currency);

/// The same of a member of a JSON object; a fault of the reader's when it is no such text.
[[nodiscard]] std::optional<std::int64_t> price_member(ObjectReader& reader, std::string_view key, Currency currency);

/// A whole number with an optional sign, within [-kOnHandMax, kOnHandMax].
[[nodiscard]] std::optional<std::int64_t> read_count(std::string_view text);

/// "226.796" -> 227: whole grams, half up.
[[nodiscard]] std::optional<std::int64_t> read_grams(std::string_view text);

[[nodiscard]] std::optional<bool> read_flag(std::string_view text);  ///< "true" or "false", any case.

/// Spreadsheets guard "-30" and long digits with a leading apostrophe; exports keep it.
[[nodiscard]] std::string_view without_guard(std::string_view text);

/// No control characters and no spaces, 1 to `bytes_max` bytes.
[[nodiscard]] bool is_id_text(std::string_view text, std::size_t bytes_max);

/// "//host/x" -> "https://host/x".
[[nodiscard]] std::string with_scheme(std::string_view url);

}  // namespace kassa::catalog
