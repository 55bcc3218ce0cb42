#include "services/ports/attribute_values.hpp"

#include <algorithm>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::ports {
namespace {

bool take_text(const json::value& value, Fact& out) {
  const json::string* const text = value.if_string();
  if (text == nullptr || text->empty() || text->size() > limits::kIdBytesMax) return false;
  out.texts.emplace_back(text->data(), text->size());
  return true;
}

bool take_texts(const json::value& value, Fact& out) {
  const json::array* const list = value.if_array();
  if (list == nullptr || list->size() > kAttributeTextsMax) return false;
  return std::ranges::all_of(*list, [&out](const json::value& text) { return take_text(text, out); });
}

bool take_time(const json::value& value, Fact& out) {
  const json::string* const text = value.if_string();
  const auto at = text == nullptr ? std::nullopt : from_rfc3339({text->data(), text->size()});
  if (at) out.number = to_millis(*at);
  return at.has_value();
}

bool take_money(const json::value& value, Fact& out) {
  const json::object* const amounts = value.if_object();
  if (amounts == nullptr || amounts->empty()) return false;
  return std::ranges::all_of(*amounts, [&out](const auto& member) {
    const auto currency = Currency::from_code(member.key());
    if (!currency || !member.value().is_int64()) return false;
    out.amounts.emplace_back(*currency, member.value().get_int64());
    return true;
  });
}

bool take_value(std::string_view type, const json::value& value, Fact& out) {
  if (type == "string") return take_text(value, out);
  if (type == "set<string>") return take_texts(value, out);
  if (type == "money") return take_money(value, out);
  if (type == "time") return take_time(value, out);
  if (type == "bool" && value.is_bool()) out.number = value.get_bool() ? 1 : 0;
  if (type == "int" && value.is_int64()) out.number = value.get_int64();
  return out.number.has_value();
}

const AttributeSpec* find_spec(std::span<const AttributeSpec> declared, std::string_view name) {
  const auto found = std::ranges::find(declared, name, &AttributeSpec::name);
  return found == declared.end() ? nullptr : &*found;
}

json::value written(const Fact& fact, std::string_view type) {
  if (type == "string") return json::value(fact.texts.empty() ? std::string{} : fact.texts.front());
  if (type == "set<string>") return json::value_from(fact.texts);
  if (type == "time") return json::value(to_rfc3339(from_millis(fact.number.value_or(0))));
  if (type == "bool") return json::value(fact.number == 1);
  if (type == "int") return json::value(fact.number.value_or(0));
  json::object amounts;
  for (const auto& [currency, amount] : fact.amounts) amounts[currency.code()] = amount;
  return amounts;
}

}  // namespace

std::optional<Fact> fact_of(const AttributeSpec& spec, const json::value& value) {
  Fact fact;
  fact.name = spec.name;
  if (!take_value(spec.type, value, fact)) return std::nullopt;
  return fact;
}

std::vector<Fact> read_facts(ObjectReader& reader, std::string_view key, std::span<const AttributeSpec> declared,
                             ValuesOf of) {
  std::vector<Fact> facts;
  const json::object* const values = reader.object(key);
  if (values == nullptr) return facts;
  ObjectReader own(*values, reader, key);
  for (const auto& member : *values) {
    const AttributeSpec* const spec = find_spec(declared, member.key());
    if (spec == nullptr || (spec->scope == "line") != (of == ValuesOf::kLine)) {
      own.fault(member.key(), "unknown_attribute", "The store declares no such attribute here.",
                "Add it to discount_attributes of the store.");
    } else if (auto fact = fact_of(*spec, member.value())) {
      facts.push_back(std::move(*fact));
    } else {
      own.fault(member.key(), "type_mismatch", "This is no value of type " + spec->type + ".");
    }
  }
  return facts;
}

std::vector<Fact> known_facts(const json::object& values, std::span<const AttributeSpec> declared) {
  std::vector<Fact> facts;
  for (const auto& member : values) {
    const AttributeSpec* const spec = find_spec(declared, member.key());
    auto fact = spec == nullptr ? std::nullopt : fact_of(*spec, member.value());
    if (fact) facts.push_back(std::move(*fact));
  }
  return facts;
}

json::object written_facts(std::span<const Fact> facts, std::span<const AttributeSpec> declared) {
  json::object out;
  for (const Fact& fact : facts) {
    if (const AttributeSpec* const spec = find_spec(declared, fact.name)) out[fact.name] = written(fact, spec->type);
  }
  return out;
}

}  // namespace kassa::ports
