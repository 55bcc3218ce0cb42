#include "discounts/parse_rule.hpp"

#include <algorithm>

#include "discounts/pool_code.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

class RuleParser {
 public:
  RuleParser(const json::object& object, const Path& path, const ParseContext& context, Problems& problems, Rule& out)
      : object_(object), path_(path), context_(context), problems_(problems), rule_(out) {}

  void parse() {
    refuse_other_members(object_, path_,
                         {"id", "title", "class", "trigger", "priority", "method", "when", "target", "value", "limits",
                          "combine", "schedule", "buy", "get", "bundle"},
                         problems_);
    head();
    trigger();
    method();
    conditions();
    if (const json::value* const value = require_member(object_, "value", path_, problems_)) {
      rule_.value = parse_value(*value, below(path_, "value"), rule_.discount_class, context_, problems_);
    }
    parse_sets(object_, path_, context_, problems_, rule_);
    limits();
    parse_combine(object_, path_, problems_, rule_);
    parse_schedule(object_, path_, problems_, rule_);
    agree();
  }

 private:
  [[nodiscard]] const json::value* member(std::string_view key) const {
    const json::value* const value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  [[nodiscard]] std::optional<std::string_view> text(std::string_view key, std::size_t bytes_max) {
    const json::value* const value = member(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
      fault(problems_, below(path_, key), "type_mismatch", "This must be a string.");
      return std::nullopt;
    }
    const std::string_view made = value->get_string();
    if (made.size() <= bytes_max) return made;
    fault(problems_, below(path_, key), "too_long", "This is too long.",
          "Use at most " + std::to_string(bytes_max) + " bytes.");
    return std::nullopt;
  }

  void head() {
    if (const json::value* const id = require_member(object_, "id", path_, problems_)) {
      rule_.id = text("id", limits::kIdBytesMax).value_or("");
      if (id->is_string() && id->get_string().empty())
        fault(problems_, below(path_, "id"), "required", "An id cannot be empty.");
    }
    rule_.title = text("title", limits::kTextBytesMax).value_or(rule_.id);
    rule_.priority = kPriorityDefault;
    if (member("priority") != nullptr) {
      ObjectReader reader(object_, path_.text(), problems_);
      rule_.priority = reader.integer("priority", -kPriorityMax, kPriorityMax).value_or(kPriorityDefault);
    }
    if (require_member(object_, "class", path_, problems_) == nullptr) return;
    const auto word = text("class", limits::kIdBytesMax);
    if (!word) return;
    const auto found = class_of(*word);
    if (!found) {
      fault(problems_, below(path_, "class"), "unknown_value", "There is no such class.",
            "Use product, order, shipping or payment.");
    }
    rule_.discount_class = found.value_or(Class::kOrder);
  }

  void trigger() {
    const json::value* const trigger = require_member(object_, "trigger", path_, problems_);
    if (trigger == nullptr || *trigger == "automatic") return;
    const json::object* const object = trigger->if_object();
    const Path here = below(path_, "trigger");
    if (object == nullptr) {
      fault(problems_, here, "unknown_value", "There is no such trigger.",
            R"(Use "automatic" or {"codes":["SAVE10"]}.)");
      return;
    }
    refuse_other_members(*object, here, {"codes", "pool"}, problems_);
    if (pool(*object, here) && !object->contains("codes")) return;
    const json::value* const codes = require_member(*object, "codes", here, problems_);
    if (codes == nullptr) return;
    const Path list = below(here, "codes");
    const json::array* const array = codes->if_array();
    if (array == nullptr) return fault(problems_, list, "type_mismatch", "This must be an array of codes.");
    if (array->empty())
      return fault(problems_, list, "empty_value_set", "There is no code.", "Name one, or make it automatic.");
    if (array->size() > kCodesPerRuleMax) {
      return fault(problems_, list, "too_many_values", "There are too many codes.", "Use at most 1000 in one rule.");
    }
    for (std::size_t i = 0; i < array->size(); ++i) code((*array)[i], below(list, i));
  }

  /// The codes of a pool stand elsewhere; in a cart all of them are one.
  bool pool(const json::object& trigger, const Path& here) {
    const json::value* const value = trigger.if_contains("pool");
    if (value == nullptr || *value == false) return false;
    if (*value != true) {
      fault(problems_, below(here, "pool"), "type_mismatch", "This must be true or false.");
      return true;
    }
    rule_.spellings.push_back(pool_code(rule_.id));
    rule_.codes.push_back(fold_code(rule_.spellings.back()));
    return true;
  }

  void code(const json::value& value, const Path& path) {
    if (!value.is_string()) return fault(problems_, path, "type_mismatch", "A code must be a string.");
    const std::string folded = fold_code(value.get_string());
    if (folded.empty()) return fault(problems_, path, "empty_value_set", "A code cannot be empty.");
    if (folded.size() > limits::kIdBytesMax) {
      return fault(problems_, path, "too_long", "This code is too long.", "Use at most 255 bytes.");
    }
    if (std::ranges::find(rule_.codes, folded) != rule_.codes.end()) {
      return fault(problems_, path, "duplicate_code", "This code is listed twice.",
                   "Codes differ by more than capitals.");
    }
    rule_.codes.push_back(folded);
    rule_.spellings.emplace_back(trim(std::string_view{value.get_string()}));
  }

  void method() {
    rule_.method = rule_.discount_class == Class::kProduct ? Method::kEach : Method::kAcross;
    const auto word = text("method", limits::kIdBytesMax);
    if (!word) return;
    if (*word != "each" && *word != "across") {
      fault(problems_, below(path_, "method"), "unknown_value", "There is no such method.",
            R"(Use "each" or "across".)");
    }
    rule_.method = *word == "each" ? Method::kEach : Method::kAcross;
  }

  void conditions() {
    PredicateParser parser(default_basis(rule_.discount_class), context_.registry, problems_);
    if (const json::value* const when = member("when")) {
      parser.parse(*when, below(path_, "when"), Scope::kCart, rule_.when);
    }
    const json::value* const target = member("target");
    if (target == nullptr) return;
    const Path here = below(path_, "target");
    const json::object* const object = target->if_object();
    if (object == nullptr) return fault(problems_, here, "type_mismatch", "This must be an object.");
    refuse_other_members(*object, here, {"where"}, problems_);
    const json::value* const where = require_member(*object, "where", here, problems_);
    if (where == nullptr) return;
    const Scope scope = rule_.discount_class == Class::kShipping ? Scope::kShipping : Scope::kLine;
    parser.parse(*where, below(here, "where"), scope, rule_.target);
  }

  void limits() {
    const json::value* const limits = member("limits");
    if (limits == nullptr) return;
    const Path here = below(path_, "limits");
    const json::object* const object = limits->if_object();
    if (object == nullptr) return fault(problems_, here, "type_mismatch", "This must be an object.");
    refuse_other_members(*object, here, {"global", "per_customer", "per_order", "budget"}, problems_);
    ObjectReader reader(*object, here.text(), problems_);
    rule_.limits.global = reader.integer("global", 1, kAmountMinorMax);
    rule_.limits.per_customer = reader.integer("per_customer", 1, kAmountMinorMax);
    rule_.limits.per_order = reader.integer("per_order", 1, kAmountMinorMax);
    if (const json::value* const budget = object->if_contains("budget"); budget != nullptr && !budget->is_null())
      rule_.limits.budget = read_amounts(*budget, below(here, "budget"), problems_);
  }

  /// What does not fit together although each member is sound.
  void agree() {
    const Value& value = rule_.value;
    const Path place = below(path_, "value");
    if (value.gift && rule_.set != SetKind::kNone)
      fault(problems_, below(place, "type"), "unknown_value", "Sets of goods give no gifts.",
            "Ask for the goods in \"when\" with lines.quantity.");
    if (value.gift && member("target") != nullptr)
      fault(problems_, below(path_, "target"), "unknown_member", "A gift is a line of its own and has no target.");
    if (value.gift && rule_.when.asks_for(Attribute::kShippingMethod))
      fault(problems_, below(path_, "when"), "attribute_out_of_scope",
            "Gifts are given before a shipping method can be chosen.", "Leave shipping.method out.");
    if (rule_.set != SetKind::kNone && value.on != TierOn::kNothing)
      fault(problems_, below(place, "type"), "unknown_value", "Sets of goods take no tiers.",
            "Use percent, amount or fixed_price.");
  }

  const json::object& object_;
  const Path& path_;
  const ParseContext& context_;
  Problems& problems_;
  Rule& rule_;
};

void clear(Rule& rule) {
  rule.when.clear();
  rule.target.clear();
  rule.discount_class = Class::kOrder;
  rule.value = {};
  rule.set = SetKind::kNone;
  rule.parts.clear();
  rule.pick = Pick::kCheapest;
  rule.limits = {};
  rule.combine = {};
  rule.schedule = {};
  rule.codes.clear();
  rule.spellings.clear();
  rule.id.clear();
  rule.stamp = 0;
}

}  // namespace

std::optional<Class> class_of(std::string_view word) noexcept {
  if (word == "product") return Class::kProduct;
  if (word == "order") return Class::kOrder;
  if (word == "shipping") return Class::kShipping;
  if (word == "payment") return Class::kPayment;
  return std::nullopt;
}

Basis default_basis(Class discount_class) noexcept {
  return discount_class == Class::kProduct ? Basis::kOriginal : Basis::kRunning;
}

void parse_rule(const json::value& value, const Path& path, const ParseContext& context, Problems& problems,
                Rule& out) {
  clear(out);
  const json::object* const object = value.if_object();
  if (object == nullptr) return fault(problems, path, "type_mismatch", "A rule must be an object.");
  RuleParser(*object, path, context, problems, out).parse();
}

}  // namespace kassa::discounts
