#pragma once
// Values of a merchant's own attributes, as products, checkouts and previews give them: {"line.material":"wool"}.
// Pure; any thread.

#include <span>
#include <string_view>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/base/json.hpp"

namespace kassa::ports {

inline constexpr std::size_t kAttributeTextsMax = 100;  ///< In one value.

/// Whose values are read: of a line, or of the cart and its customer.
enum class ValuesOf : unsigned char { kLine, kCart };

/// nullopt when the value is not of the attribute's type. Texts are texts, an int or a bool is itself, a time is RFC
/// 3339, money names its currencies ({"EUR":150}), and set<string> is a list.
[[nodiscard]] std::optional<Fact> fact_of(const AttributeSpec& spec, const json::value& value);

/// The object under `key`, with every fault: "unknown_attribute" for what the store does not declare for this place.
[[nodiscard]] std::vector<Fact> read_facts(ObjectReader& reader, std::string_view key,
                                           std::span<const AttributeSpec> declared, ValuesOf of);

/// Of an object that was read so before, perhaps under other declarations: what they no longer fit is left out.
[[nodiscard]] std::vector<Fact> known_facts(const json::object& values, std::span<const AttributeSpec> declared);

/// The object that is read so.
[[nodiscard]] json::object written_facts(std::span<const Fact> facts, std::span<const AttributeSpec> declared);

}  // namespace kassa::ports
