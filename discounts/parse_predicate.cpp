#include "discounts/parse_predicate.hpp"

#include <algorithm>

namespace kassa::discounts {
namespace {

const json::value* only_member(const json::object& object, std::string_view key) {
  return object.size() == 1 ? object.if_contains(key) : nullptr;
}

/// Appends to `place` the way to the node that is `rest` nodes further on in a sound condition; whether it is below
/// `value`. A group stands at its list.
bool find_place(const json::value& value, std::uint32_t& rest, std::string& place) {
  const json::object& object = value.get_object();
  const std::size_t length = place.size();
  for (const std::string_view key : {"all", "any"}) {
    const json::value* const children = only_member(object, key);
    if (children == nullptr) continue;
    place.append("/").append(key);
    if (rest-- == 0) return true;
    for (std::size_t i = 0; i < children->get_array().size(); ++i) {
      const std::size_t here = place.size();
      place.append("/").append(std::to_string(i));
      if (find_place(children->get_array()[i], rest, place)) return true;
      place.resize(here);
    }
    place.resize(length);
    return false;
  }
  if (rest-- == 0) return true;
  for (const std::string_view key : {"not", "where"}) {
    const json::value* const inner = object.if_contains(key);
    if (inner == nullptr) continue;
    place.append("/").append(key);
    if (find_place(*inner, rest, place)) return true;
    place.resize(length);
  }
  return false;
}

}  // namespace

void PredicateParser::parse(const json::value& value, const Path& path, Scope scope, Predicate& out) {
  const std::size_t before = problems_.size();
  out.clear();
  out_ = &out;
  leaves_ = 0;
  node(value, path, scope, 1);
  if (leaves_ > kPredicateLeavesMax) {
    fault(problems_, path, "too_many_leaves", "This condition is too long.",
          "Use at most 64 comparisons in one condition.");
  }
  if (problems_.size() != before) return;
  for (Contradiction& found : find_contradictions(out)) {
    std::uint32_t rest = found.node;
    std::string place = path.text();
    static_cast<void>(find_place(value, rest, place));
    fault(problems_, std::move(place), found.always ? "always_true" : "always_false", std::move(found.message),
          found.always ? "Leave the condition out." : "As written, this rule can never apply.");
  }
}

void PredicateParser::node(const json::value& value, const Path& path, Scope scope, std::size_t depth) {
  if (depth > kPredicateDepthMax) {
    fault(problems_, path, "tree_too_deep", "This condition is nested too deeply.", "Use at most 8 levels.");
    return;
  }
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    fault(problems_, path, "type_mismatch", "A condition must be an object.",
          R"(Write {"attr":..,"op":..,"value":..} or {"all":[..]}, {"any":[..]}, {"not":..}.)");
    return;
  }
  if (const auto* const all = only_member(*object, "all"))
    return group(NodeKind::kAll, *all, below(path, "all"), scope, depth);
  if (const auto* const any = only_member(*object, "any"))
    return group(NodeKind::kAny, *any, below(path, "any"), scope, depth);
  if (const auto* const inner = only_member(*object, "not")) {
    const std::size_t at = out_->nodes.size();
    out_->nodes.emplace_back().kind = NodeKind::kNot;
    node(*inner, below(path, "not"), scope, depth + 1);
    out_->nodes[at].end = static_cast<std::uint16_t>(out_->nodes.size());
    return;
  }
  leaf(*object, path, scope, depth);
}

void PredicateParser::group(NodeKind kind, const json::value& children, const Path& path, Scope scope,
                            std::size_t depth) {
  const json::array* const array = children.if_array();
  if (array == nullptr) {
    fault(problems_, path, "type_mismatch", "This must be an array of conditions.");
    return;
  }
  if (array->empty()) {
    const bool all = kind == NodeKind::kAll;
    fault(problems_, path, all ? "always_true" : "always_false", "An empty list of conditions decides nothing.",
          "Add a condition or leave the group out.");
    return;
  }
  const std::size_t at = out_->nodes.size();
  out_->nodes.emplace_back().kind = kind;
  for (std::size_t i = 0; i < array->size() && leaves_ <= kPredicateLeavesMax; ++i) {
    node((*array)[i], below(path, i), scope, depth + 1);
  }
  out_->nodes[at].end = static_cast<std::uint16_t>(out_->nodes.size());
}

const AttributeRow* PredicateParser::attribute_of(const json::object& object, const Path& path, Scope scope) {
  const json::value* const name = require_member(object, "attr", path, problems_);
  if (name == nullptr) return nullptr;
  const Path here = below(path, "attr");
  if (!name->is_string()) {
    fault(problems_, here, "type_mismatch", "This must be a string.");
    return nullptr;
  }
  const AttributeRow* const row = registry_.find(name->get_string());
  if (row == nullptr) {
    const std::string nearest = registry_.nearest(name->get_string());
    fault(problems_, here, "unknown_attribute", "There is no such attribute.",
          nearest.empty() ? "docs/discounts.md lists the attributes." : "Did you mean \"" + nearest + "\"?");
    return nullptr;
  }
  if (allowed_in(*row, scope)) return row;
  fault(problems_, here, "attribute_out_of_scope", "This attribute has no value at this place.",
        scope == Scope::kCart ? R"(Ask about lines with {"attr":"lines.quantity","where":{..}}.)"
                              : "Ask about the cart in the rule's \"when\".");
  return nullptr;
}

const OpRow* PredicateParser::op_of(const json::object& object, const Path& path, AttributeType type) {
  const json::value* const name = require_member(object, "op", path, problems_);
  if (name == nullptr) return nullptr;
  const Path here = below(path, "op");
  const OpRow* const row = name->is_string() ? find_op(name->get_string()) : nullptr;
  if (row == nullptr) {
    fault(problems_, here, "unknown_operator", "There is no such operator.", "Here: " + ops_for(type) + ".");
    return nullptr;
  }
  if (row->op == Op::kCidrOf || row->op == Op::kTimeIn) {
    fault(problems_, here, "not_supported_yet", "No attribute of this version takes this operator.",
          "Use the rule's schedule.");
    return nullptr;
  }
  if (fits(*row, type)) return row;
  fault(problems_, here, "type_mismatch", "This operator does not fit the attribute.", "Here: " + ops_for(type) + ".");
  return nullptr;
}

void PredicateParser::leaf(const json::object& object, const Path& path, Scope scope, std::size_t depth) {
  ++leaves_;
  refuse_other_members(object, path, {"attr", "op", "value", "basis", "missing", "where"}, problems_);
  const AttributeRow* const row = attribute_of(object, path, scope);
  if (row == nullptr) return;
  const std::size_t at = out_->nodes.size();
  out_->nodes.emplace_back();
  Node made;
  made.attribute = row->attribute;
  made.money = row->type == AttributeType::kMoney;
  made.text = is_text(row->type);
  made.several = row->type == AttributeType::kTexts;
  made.in_line = row->in_line;
  leaf_options(object, path, *row, made);
  const OpRow* const op = op_of(object, path, row->type);
  const json::value* const value = require_member(object, "value", path, problems_);
  if (op != nullptr && value != nullptr) leaf_value(*op, *row, *value, below(path, "value"), made);
  if (const json::value* const where = object.if_contains("where"); where != nullptr && row->has_where) {
    node(*where, below(path, "where"), Scope::kLine, depth + 1);
  }
  made.end = static_cast<std::uint16_t>(out_->nodes.size());
  out_->nodes[at] = made;
}

void PredicateParser::leaf_options(const json::object& object, const Path& path, const AttributeRow& row, Node& node) {
  node.basis = basis_;
  if (const json::value* const basis = object.if_contains("basis")) {
    if (!row.has_basis) {
      fault(problems_, below(path, "basis"), "unknown_member", "This attribute has no basis.");
    } else if (*basis == "original" || *basis == "running") {
      node.basis = *basis == "original" ? Basis::kOriginal : Basis::kRunning;
    } else {
      fault(problems_, below(path, "basis"), "unknown_value", "There is no such basis.",
            R"(Use "original" or "running".)");
    }
  }
  if (const json::value* const missing = object.if_contains("missing")) {
    node.missing_pass = *missing == "pass";
    if (!node.missing_pass && *missing != "fail") {
      fault(problems_, below(path, "missing"), "unknown_value", "This says nothing about a missing attribute.",
            R"(Use "pass" or "fail"; "fail" is the default.)");
    }
  }
  if (object.contains("where") && !row.has_where) {
    fault(problems_, below(path, "where"), "unknown_member", "Only sums over lines take a \"where\".",
          "lines.quantity, lines.subtotal, lines.count and lines.products do.");
  }
}

}  // namespace kassa::discounts
