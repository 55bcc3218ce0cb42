#pragma once
// Small text codecs: hex, base64, RFC 3339 time, ASCII folding, UTF-8 checks.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/clock.hpp"

namespace kassa {

using Bytes = std::vector<std::byte>;

[[nodiscard]] std::span<const std::byte> as_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string_view as_text(std::span<const std::byte> bytes) noexcept;

[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);  ///< Either case, no separators.

/// base64: RFC 4648 section 4, padded. base64url: section 5, without padding. Reading refuses everything that
/// writing would not produce. base32: lower-case Crockford, without padding.
[[nodiscard]] std::string to_base64(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);
[[nodiscard]] std::string to_base64url(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);
[[nodiscard]] std::string to_base32(std::span<const std::byte> bytes);

[[nodiscard]] std::string to_rfc3339(Instant t);  ///< "2026-04-08T12:00:00.000Z"; years 0000 to 9999.
/// Any offset; fraction optional, cut to milliseconds. A leap second reads as the second after it.
[[nodiscard]] std::optional<Instant> from_rfc3339(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
[[nodiscard]] bool is_visible_ascii(std::string_view text) noexcept;  ///< 0x21..0x7e only, not empty.
[[nodiscard]] std::string to_lower_ascii(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;  ///< Spaces and tabs at both ends.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// True for 13-19 digits (single spaces or dashes between allowed) with a card brand's prefix, that brand's
/// length and a valid check digit: what must never be stored or logged. Scans the whole text for such a run;
/// a run starts and ends where a group of digits does, so a longer number that contains a card number is
/// none. Two things that look like card numbers by chance are let pass: phone numbers ('+' and at most 15
/// digits) and words of 32 to 128 hex digits with a letter among them (hashes, UUIDs).
[[nodiscard]] bool contains_card_number(std::string_view text) noexcept;

}  // namespace kassa
