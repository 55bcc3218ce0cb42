#pragma once
// Structured field values for HTTP (RFC 8941): dictionaries, as UCP-Agent, Signature-Input and Signature use
// them. Pure; anything that the RFC does not allow makes the whole field unreadable.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kassa::protocol {

enum class BareKind : unsigned char { kInteger, kDecimal, kString, kToken, kBytes, kBoolean };

struct BareItem {
  BareKind kind{BareKind::kBoolean};
  std::string text;  ///< String without quotes, token, decimal as written, or decoded bytes.
  std::int64_t integer{};
  bool boolean{true};
};

struct FieldParameter {
  std::string key;
  BareItem value;
};

struct FieldItem {
  BareItem value;
  std::vector<FieldParameter> parameters;
};

/// One member: an item, or an inner list of items with parameters of its own.
struct FieldMember {
  std::string key;
  bool inner_list{false};
  std::vector<FieldItem> items;            ///< Exactly one unless it is an inner list.
  std::vector<FieldParameter> parameters;  ///< Of the item, or of the list.
};

/// nullopt: not a dictionary. A key given twice keeps its first place and its last value.
[[nodiscard]] std::optional<std::vector<FieldMember>> parse_dictionary(std::string_view text);

[[nodiscard]] const FieldMember* find_member(const std::vector<FieldMember>& members, std::string_view key) noexcept;
[[nodiscard]] const BareItem* find_parameter(const std::vector<FieldParameter>& parameters,
                                             std::string_view key) noexcept;

}  // namespace kassa::protocol
