#pragma once
// Writes structured field values (RFC 8941) in their one canonical form, because the form is part of what is
// signed. parse_dictionary() reads them. Pure.

#include <string>

#include "services/protocol/structured_fields.hpp"

namespace kassa::protocol {

[[nodiscard]] FieldItem string_item(std::string text);

[[nodiscard]] std::string serialize(const BareItem& value);
[[nodiscard]] std::string serialize(const FieldItem& item);  ///< With its parameters.
/// The value of a dictionary member, without its key.
[[nodiscard]] std::string serialize(const FieldMember& member);

}  // namespace kassa::protocol
