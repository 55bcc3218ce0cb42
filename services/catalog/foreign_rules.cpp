#include "services/catalog/foreign_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "discounts/engine.hpp"
#include "discounts/unfilled.hpp"
#include "services/catalog/foreign_item.hpp"

namespace kassa::catalog {
namespace {

struct ForeignSystem {
  std::string_view name;
  ForeignReader read;
  /// Where lists of discounts are in its answers, from the outside in.
  std::array<std::string_view, 4> lists;
};

constexpr std::array kSystems{
    ForeignSystem{
        "shopify", &read_shopify_rule, {"discountNodes", "codeDiscountNodes", "automaticDiscountNodes", "discounts"}},
    ForeignSystem{"medusa", &read_medusa_rule, {"promotions", "promotions", "promotions", "promotions"}},
    ForeignSystem{"commercetools", &read_commercetools_rule, {"results", "cartDiscounts", "results", "results"}},
};

const ForeignSystem* system_of(std::string_view name) {
  const auto* const found = std::ranges::find(kSystems, name, &ForeignSystem::name);
  return found == kSystems.end() ? nullptr : found;
}

struct Element {
  json::value value;
  std::int64_t line{};
};

/// The line on which each object begins that lies in `depth` others, in the order of the text.
std::vector<std::int64_t> lines_of_objects(std::string_view text, int depth) {
  std::vector<std::int64_t> lines;
  std::int64_t line = 1;
  int objects = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' && objects++ == depth) lines.push_back(line);
    if (c == '}') --objects;
  }
  return lines;
}

/// The list of discounts in a document, and how many objects lie around its elements.
const json::value* find_list(const json::value& document, const ForeignSystem& system, int& depth) {
  const json::value* at = &document;
  for (depth = 0; at->is_object(); ++depth) {
    const json::object& object = at->get_object();
    const json::value* inner = object.if_contains("data");
    for (const std::string_view name : system.lists) {
      if (inner == nullptr) inner = object.if_contains(name);
    }
    if (inner == nullptr) inner = object.if_contains("nodes");
    if (inner == nullptr) inner = object.if_contains("edges");
    if (inner == nullptr) return nullptr;
    at = inner;
  }
  return at->is_array() ? at : nullptr;
}

void fault(ForeignRules& out, std::int64_t line, std::string name, std::string reason) {
  out.faults.push_back({line, std::move(name), std::move(reason)});
}

bool is_lines(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  json::error_code error;
  const json::value value = json::parse(first, error);
  return !error && value.is_object() && first.size() < text.size();
}

std::vector<Element> elements_by_line(std::string_view text, ForeignRules& out) {
  std::vector<Element> elements;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    json::error_code error;
    json::value value = json::parse(one, error);
    if (error) {
      fault(out, line, "", "this line is no JSON");
    } else {
      elements.push_back({std::move(value), line});
    }
  }
  return elements;
}

std::vector<Element> elements_of_document(std::string_view text, const ForeignSystem& system, ForeignRules& out) {
  std::vector<Element> elements;
  json::error_code error;
  const json::value document = json::parse(text, error);
  if (error) {
    fault(out, 0, "", "the file is neither JSON nor lines of JSON");
    return elements;
  }
  int depth = 0;
  const json::value* const list = find_list(document, system, depth);
  if (list == nullptr) {
    fault(out, 0, "", "there is no list of discounts in this file");
    return elements;
  }
  const auto lines = lines_of_objects(text, depth);
  for (const json::value& element : list->get_array()) {
    const std::size_t at = elements.size();
    elements.push_back({element, at < lines.size() ? lines[at] : 0});
  }
  return elements;
}

std::string name_of(const json::value& element) {
  for (const std::string_view key : {"code", "key", "id", "title"}) {
    const json::object* const object = element.if_object();
    const json::value* const name = object == nullptr ? nullptr : object->if_contains(key);
    if (name != nullptr && name->is_string()) return std::string(name->get_string());
  }
  return {};
}

struct Origin {
  std::int64_t line{};
  std::string name;
};

void read_element(const ForeignSystem& system, const Element& element, ForeignRules& out,
                  std::vector<Origin>& origins) {
  const std::string name = name_of(element.value);
  const json::value* const edge = element.value.is_object() ? element.value.get_object().if_contains("node") : nullptr;
  const json::value& value = edge == nullptr ? element.value : *edge;
  if (!value.is_object()) return fault(out, element.line, name, "this is no object");
  std::vector<std::string> reasons;
  ForeignItem item(value.get_object(), "", reasons);
  json::object rule = system.read(item, out.notes);
  for (std::string& reason : reasons) fault(out, element.line, name, std::move(reason));
  if (!reasons.empty()) return;
  out.rules.push_back(std::move(rule));
  origins.push_back({element.line, name});
}

/// What was made must be sound; a fault of it is one of the discount that it was made of.
void check_rules(ForeignRules& out, const std::vector<Origin>& origins) {
  json::array rules = out.rules;
  for (json::value& rule : rules) rule.get_object().erase("enabled");  // Which is no member of a rule.
  std::vector<Problem> problems;
  if (discounts::compile(rules, problems)) discounts::find_unfilled(rules, problems);
  for (const Problem& problem : problems) {
    std::size_t index = 0;
    const char* const begin = problem.path.data() + std::min<std::size_t>(1, problem.path.size());
    std::from_chars(begin, problem.path.data() + problem.path.size(), index);
    const Origin none;
    const Origin& origin = index < origins.size() ? origins[index] : none;
    fault(out, origin.line, origin.name, "its rule has a fault at " + problem.path + ": " + problem.message);
  }
}

}  // namespace

bool knows_foreign(std::string_view from) noexcept { return system_of(from) != nullptr; }

ForeignRules read_foreign_rules(std::string_view from, std::string_view text) {
  ForeignRules out;
  const ForeignSystem& system = *system_of(from);
  const auto elements = is_lines(text) ? elements_by_line(text, out) : elements_of_document(text, system, out);
  std::vector<Origin> origins;
  for (const Element& element : elements) read_element(system, element, out, origins);
  check_rules(out, origins);
  if (elements.empty() && out.faults.empty()) fault(out, 0, "", "there is no discount in this file");
  std::ranges::stable_sort(out.faults, {}, &ForeignFault::line);
  return out;
}

}  // namespace kassa::catalog
