#include <algorithm>
#include <array>

#include "discounts/attributes.hpp"
#include "discounts/model.hpp"
#include "services/base/hash.hpp"
#include "services/base/json.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

json::value normal_condition(const json::value& value, std::string_view basis);

/// The children of a group in their normal form: nested groups of the same kind dissolved, sorted, each once.
json::array normal_children(const json::array& children, std::string_view key, std::string_view basis) {
  json::array out;
  for (const json::value& child : children) {
    json::value made = normal_condition(child, basis);
    if (const json::value* const nested = made.get_object().if_contains(key)) {
      out.insert(out.end(), nested->get_array().begin(), nested->get_array().end());
    } else {
      out.push_back(std::move(made));
    }
  }
  std::ranges::sort(out, {}, [](const json::value& child) { return canonical_json(child); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// A list of one is one value, and the order of a list says nothing.
void normalize_list(json::object& leaf) {
  json::value& value = leaf["value"];
  const std::string_view op = leaf["op"].get_string();
  if (!value.is_array() || op == "between") return;
  json::array& list = value.get_array();
  std::ranges::sort(list, {}, [](const json::value& item) { return canonical_json(item); });
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (list.size() != 1) return;
  leaf["op"] = op == "none_of" ? "ne" : "eq";
  json::value only = list.front();
  value = std::move(only);
}

json::value normal_condition(const json::value& value, std::string_view basis) {
  const json::object& object = value.get_object();
  for (const std::string_view key : {"all", "any"}) {
    const json::value* const children = object.size() == 1 ? object.if_contains(key) : nullptr;
    if (children == nullptr) continue;
    json::array made = normal_children(children->get_array(), key, basis);
    if (made.size() != 1) return json::object{{key, std::move(made)}};
    json::value only = made.front();
    return only;
  }
  if (const json::value* const inner = object.size() == 1 ? object.if_contains("not") : nullptr) {
    json::value made = normal_condition(*inner, basis);
    if (const json::value* const twice = made.get_object().if_contains("not")) {
      json::value plain = *twice;
      return plain;
    }
    return json::object{{"not", std::move(made)}};
  }
  json::object leaf = object;
  normalize_list(leaf);
  if (const auto* const stated = leaf.if_contains("basis"); stated != nullptr && *stated == json::string_view(basis))
    leaf.erase("basis");
  if (const auto* const missing = leaf.if_contains("missing"); missing != nullptr && *missing == "fail")
    leaf.erase("missing");
  if (const auto* const where = leaf.if_contains("where")) {
    json::value made = normal_condition(*where, basis);
    leaf["where"] = std::move(made);
  }
  return leaf;
}

/// Members that say what holds anyway.
void drop_defaults(json::object& rule, bool product) {
  const auto drop = [&](json::object& from, std::string_view key, const json::value& usual) {
    const json::value* const stated = from.if_contains(key);
    if (stated != nullptr && (stated->is_null() || *stated == usual)) from.erase(key);
  };
  drop(rule, "priority", 100);
  drop(rule, "method", product ? "each" : "across");
  drop(rule, "title", rule["id"]);
  for (const std::string_view key : {"when", "target", "limits", "combine", "schedule", "buy", "get", "bundle"})
    drop(rule, key, nullptr);
  if (json::object* const trigger = rule["trigger"].if_object()) drop(*trigger, "pool", false);
  if (json::object* const value = rule["value"].if_object()) {
    drop(*value, "rounding", "largest_remainder");
    drop(*value, "if_out_of_stock", "skip");
    drop(*value, "basis", product ? "original" : "running");
    if (value->contains("sku")) drop(*value, "quantity", 1);
  }
  if (json::value* const get = rule.if_contains("get")) drop(get->get_object(), "select", "cheapest");
}

void normalize_codes(json::object& rule) {
  json::object* const trigger = rule["trigger"].if_object();
  if (trigger == nullptr) return;
  if (!trigger->contains("codes")) return;
  json::array& codes = (*trigger)["codes"].get_array();
  for (json::value& code : codes) code = std::string(trim(std::string_view(code.get_string())));
  std::ranges::sort(codes, {}, [](const json::value& code) { return fold_code(code.get_string()); });
}

void sort_names(json::object& rule) {
  json::value* const combine = rule.if_contains("combine");
  if (combine == nullptr || !combine->is_object()) return;
  for (const std::string_view key : {"classes", "tags", "with", "without"}) {
    json::value* const list = combine->get_object().if_contains(key);
    if (list == nullptr || !list->is_array()) continue;
    json::array& names = list->get_array();
    std::ranges::sort(names, {}, [](const json::value& name) { return canonical_json(name); });
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
}

}  // namespace

std::string normal_form(const json::object& rule) {
  json::object out = rule;
  const bool product = out["class"] == "product";
  const std::string_view basis = product ? "original" : "running";
  drop_defaults(out, product);
  normalize_codes(out);
  sort_names(out);
  const auto condition = [&](json::value* place) {
    if (place == nullptr) return;
    json::value made = normal_condition(*place, basis);
    *place = std::move(made);
  };
  condition(out.if_contains("when"));
  for (const std::string_view key : {"target", "buy", "get"}) {
    if (json::value* const part = out.if_contains(key)) condition(part->get_object().if_contains("where"));
  }
  if (json::value* const bundle = out.if_contains("bundle")) {
    for (json::value& part : bundle->get_array()) condition(part.get_object().if_contains("where"));
  }
  return canonical_json(out);
}

std::string rule_hash(const json::object& rule) { return sha256_hex(normal_form(rule)); }

}  // namespace kassa::discounts
