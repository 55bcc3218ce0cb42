#include "services/catalog/foreign_item.hpp"

#include <algorithm>

#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kDigitsMax = 18;

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

}  // namespace

const json::value* ForeignItem::take(std::string_view key) {
  taken_.emplace(key);
  const json::value* const found = object_.if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string ForeignItem::text(std::string_view key) {
  const json::value* const value = take(key);
  if (value == nullptr) return {};
  if (!value->is_string()) refuse(key, "is no text");
  return value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::optional<std::int64_t> ForeignItem::integer(std::string_view key) { return scaled(key, 0); }

bool ForeignItem::flag(std::string_view key) {
  const json::value* const value = take(key);
  if (value == nullptr) return false;
  if (!value->is_bool()) refuse(key, "is neither true nor false");
  return value->is_bool() && value->get_bool();
}

std::optional<std::int64_t> ForeignItem::scaled(std::string_view key, int digits) {
  const json::value* const value = take(key);
  if (value == nullptr) return std::nullopt;
  const std::string text = value->is_string() ? std::string(value->get_string()) : canonical_json(*value);
  const auto number = scaled_decimal(text, digits);
  if (!number) refuse(key, "is no number with at most " + std::to_string(digits) + " decimal digits: " + text);
  return number;
}

std::optional<Currency> ForeignItem::currency(std::string_view key) {
  const std::string code = upper(text(key));
  const auto known = Currency::from_code(code);
  if (!known) refuse(key, code.empty() ? "is missing" : "is no currency: " + code);
  return known;
}

std::optional<ForeignItem> ForeignItem::object(std::string_view key) {
  const json::value* const value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    refuse(key, "is no object");
    return std::nullopt;
  }
  return ForeignItem(value->get_object(), path_ + std::string(key) + ".", reasons_);
}

std::vector<const json::value*> ForeignItem::list(std::string_view key) {
  const json::value* const value = take(key);
  return value == nullptr ? std::vector<const json::value*>{} : elements_of(*value);
}

void ForeignItem::pass_over(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) taken_.emplace(key);
}

void ForeignItem::refuse(std::string_view key, std::string reason) {
  reasons_.push_back(path_ + std::string(key) + " " + std::move(reason));
}

void ForeignItem::refuse_rest() {
  for (const auto& member : object_) {
    if (member.value().is_null() || taken_.contains(std::string_view(member.key()))) continue;
    refuse(std::string_view(member.key()), "is not understood");
  }
}

std::vector<const json::value*> elements_of(const json::value& value) {
  std::vector<const json::value*> out;
  const json::object* const object = value.if_object();
  const json::value* const nodes = object == nullptr ? nullptr : object->if_contains("nodes");
  const json::value* const edges = object == nullptr ? nullptr : object->if_contains("edges");
  const json::value& list = nodes != nullptr ? *nodes : edges != nullptr ? *edges : value;
  if (!list.is_array()) return out;
  for (const json::value& element : list.get_array()) {
    const json::value* const node = element.is_object() ? element.get_object().if_contains("node") : nullptr;
    out.push_back(node == nullptr ? &element : node);
  }
  return out;
}

std::optional<std::int64_t> scaled_decimal(std::string_view text, int digits) {
  const auto point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point));
  std::string part(text.substr(std::min(point + 1, text.size())));
  while (part.ends_with('0')) part.pop_back();
  if (part.size() > static_cast<std::size_t>(digits)) return std::nullopt;
  part.append(static_cast<std::size_t>(digits) - part.size(), '0');
  whole += part;
  const bool number = !whole.empty() && point > 0 && whole.size() <= kDigitsMax &&
                      whole.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return std::nullopt;
  return std::stoll(whole);
}

json::object leaf(std::string_view attribute, std::string_view op, json::value value) {
  json::object out;
  out["attr"] = attribute;
  out["op"] = op;
  out["value"] = std::move(value);
  return out;
}

json::value all_of(std::vector<json::value> conditions) {
  if (conditions.empty()) return nullptr;
  if (conditions.size() == 1) return std::move(conditions.front());
  json::array list;
  for (json::value& condition : conditions) list.push_back(std::move(condition));
  return json::object{{"all", std::move(list)}};
}

}  // namespace kassa::catalog
