#include "services/protocol/ucp/signature_fields.hpp"

#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

std::string serialize_parameters(const std::vector<FieldParameter>& parameters) {
  std::string out;
  for (const FieldParameter& parameter : parameters) {
    out.append(";").append(parameter.key);
    const bool plain_true = parameter.value.kind == BareKind::kBoolean && parameter.value.boolean;
    if (!plain_true) out.append("=").append(serialize(parameter.value));
  }
  return out;
}

}  // namespace

FieldItem string_item(std::string text) {
  FieldItem item;
  item.value.kind = BareKind::kString;
  item.value.text = std::move(text);
  return item;
}

std::string serialize(const BareItem& value) {
  switch (value.kind) {
    case BareKind::kInteger: return std::to_string(value.integer);
    case BareKind::kString: return quoted(value.text);
    case BareKind::kBytes: return ":" + to_base64(as_bytes(value.text)) + ":";
    case BareKind::kBoolean: return value.boolean ? "?1" : "?0";
    case BareKind::kDecimal:
    case BareKind::kToken: return value.text;
  }
  return value.text;
}

std::string serialize(const FieldItem& item) { return serialize(item.value) + serialize_parameters(item.parameters); }

std::string serialize(const FieldMember& member) {
  if (!member.inner_list) return serialize(member.items.front().value) + serialize_parameters(member.parameters);
  std::string out = "(";
  for (const FieldItem& item : member.items) {
    if (out.size() > 1) out += ' ';
    out += serialize(item);
  }
  return out + ")" + serialize_parameters(member.parameters);
}

}  // namespace kassa::protocol
