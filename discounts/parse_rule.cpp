#include "discounts/parse_rule.hpp"

#include <algorithm>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

constexpr ClassMask kEveryClass = 0b1111;

std::optional<Class> class_of(std::string_view word) noexcept {
  if (word == "product") return Class::kProduct;
  if (word == "order") return Class::kOrder;
  if (word == "shipping") return Class::kShipping;
  if (word == "payment") return Class::kPayment;
  return std::nullopt;
}

class RuleParser {
 public:
  RuleParser(const json::object& object, const Path& path, Problems& problems)
      : object_(object), path_(path), problems_(problems), reader_(object, path, problems) {}

  Rule parse() {
    refuse_later_members();
    refuse_other_members(object_, path_,
                         {"id", "title", "class", "trigger", "priority", "method", "when", "target", "value", "limits",
                          "combine", "schedule", "buy", "get", "bundle"},
                         problems_);
    head();
    trigger();
    method();
    conditions();
    if (const json::value* const value = require_member(object_, "value", path_, problems_)) {
      rule_.value = parse_value(*value, below(path_, "value"), rule_.discount_class, problems_);
    }
    limits();
    combine();
    schedule();
    return std::move(rule_);
  }

 private:
  void refuse_later_members() {
    for (const std::string_view key : {"buy", "get", "bundle"}) {
      if (object_.contains(key)) {
        reader_.fault(key, "not_supported_yet", "Bundles and buy-and-get are not supported yet.",
                      "Use percent, amount or tiers on a target.");
      }
    }
  }

  void head() {
    reader_.require("id");
    rule_.id = reader_.text("id", limits::kIdBytesMax).value_or("");
    if (rule_.id.empty() && reader_.has("id")) reader_.fault("id", "required", "An id cannot be empty.");
    rule_.title = reader_.text("title", limits::kTextBytesMax).value_or(rule_.id);
    rule_.priority = reader_.integer("priority", -kPriorityMax, kPriorityMax).value_or(kPriorityDefault);
    reader_.require("class");
    const auto word = reader_.text("class", limits::kIdBytesMax);
    if (!word) return;
    const auto found = class_of(*word);
    if (!found)
      reader_.fault("class", "unknown_value", "There is no such class.", "Use product, order, shipping or payment.");
    rule_.discount_class = found.value_or(Class::kOrder);
  }

  void trigger() {
    const json::value* const trigger = require_member(object_, "trigger", path_, problems_);
    if (trigger == nullptr || *trigger == "automatic") return;
    const json::object* const object = trigger->if_object();
    if (object == nullptr) {
      reader_.fault("trigger", "unknown_value", "There is no such trigger.",
                    R"(Use "automatic" or {"codes":["SAVE10"]}.)");
      return;
    }
    const Path here = below(path_, "trigger");
    refuse_other_members(*object, here, {"codes"}, problems_);
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
    const bool product = rule_.discount_class == Class::kProduct;
    rule_.method = product ? Method::kEach : Method::kAcross;
    const auto word = reader_.text("method", limits::kIdBytesMax);
    if (!word) return;
    if (*word != "each" && *word != "across") {
      reader_.fault("method", "unknown_value", "There is no such method.", R"(Use "each" or "across".)");
    } else if ((*word == "each") != product) {
      reader_.fault(
          "method", "not_supported_yet", "This class does not support this method yet.",
          product ? R"(Use "each", or class "order" with a target.)" : R"(Use "across", or class "product".)");
    }
  }

  void conditions() {
    PredicateParser parser(default_basis(rule_.discount_class), problems_);
    if (const json::value* const when = object_.if_contains("when"); when != nullptr && !when->is_null()) {
      rule_.when = parser.parse(*when, below(path_, "when"), Scope::kCart);
    }
    const json::object* const target = reader_.object("target");
    if (target == nullptr) return;
    const Path here = below(path_, "target");
    refuse_other_members(*target, here, {"where"}, problems_);
    const json::value* const where = require_member(*target, "where", here, problems_);
    if (where == nullptr) return;
    const Scope scope = rule_.discount_class == Class::kShipping ? Scope::kShipping : Scope::kLine;
    rule_.target = parser.parse(*where, below(here, "where"), scope);
  }

  void limits() {
    const json::object* const object = reader_.object("limits");
    if (object == nullptr) return;
    const Path here = below(path_, "limits");
    refuse_other_members(*object, here, {"global", "per_customer", "per_order", "budget"}, problems_);
    ObjectReader reader(*object, here, problems_);
    rule_.limits.global = reader.integer("global", 1, kAmountMinorMax);
    rule_.limits.per_customer = reader.integer("per_customer", 1, kAmountMinorMax);
    rule_.limits.per_order = reader.integer("per_order", 1, kAmountMinorMax);
    if (reader.has("budget")) {
      reader.fault("budget", "not_supported_yet", "Budgets are not supported yet.", "Limit the uses with \"global\".");
    }
  }

  void combine() {
    const bool product = rule_.discount_class == Class::kProduct;
    rule_.combines = product ? static_cast<ClassMask>(kEveryClass & ~bit_of(Class::kProduct)) : kEveryClass;
    const json::object* const object = reader_.object("combine");
    if (object == nullptr) return;
    const Path here = below(path_, "combine");
    refuse_other_members(*object, here, {"classes"}, problems_);
    const json::value* const classes = require_member(*object, "classes", here, problems_);
    if (classes == nullptr) return;
    const Path list = below(here, "classes");
    const json::array* const array = classes->if_array();
    if (array == nullptr) return fault(problems_, list, "type_mismatch", "This must be an array of classes.");
    rule_.combines = 0;
    rule_.combine_given = true;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const json::value& word = (*array)[i];
      const auto found = word.is_string() ? class_of(word.get_string()) : std::nullopt;
      if (found) {
        rule_.combines = static_cast<ClassMask>(rule_.combines | bit_of(*found));
      } else {
        fault(problems_, below(list, i), "unknown_value", "There is no such class.",
              "Use product, order, shipping or payment.");
      }
    }
  }

  void schedule() {
    const json::object* const object = reader_.object("schedule");
    if (object == nullptr) return;
    const Path here = below(path_, "schedule");
    refuse_other_members(*object, here, {"starts_at", "ends_at", "recurring", "time_zone"}, problems_);
    ObjectReader reader(*object, here, problems_);
    for (const std::string_view key : {"recurring", "time_zone"}) {
      if (reader.has(key)) {
        reader.fault(key, "not_supported_yet", "Recurring windows are not supported yet.",
                     "Use starts_at and ends_at with an offset.");
      }
    }
    rule_.starts_at = instant(reader, "starts_at");
    rule_.ends_at = instant(reader, "ends_at");
    if (rule_.starts_at && rule_.ends_at && *rule_.ends_at <= *rule_.starts_at) {
      reader.fault("ends_at", "window_empty", "This ends before it starts.", "Swap starts_at and ends_at.");
    }
  }

  std::optional<Instant> instant(ObjectReader& reader, std::string_view key) {
    const auto text = reader.text(key, limits::kIdBytesMax);
    if (!text) return std::nullopt;
    const auto made = from_rfc3339(*text);
    if (!made) reader.fault(key, "bad_time", "This is not an RFC 3339 time.", "Write it as 2026-11-20T00:00:00+05:30.");
    return made;
  }

  const json::object& object_;
  const Path& path_;
  Problems& problems_;
  ObjectReader reader_;
  Rule rule_;
};

}  // namespace

Basis default_basis(Class discount_class) noexcept {
  return discount_class == Class::kProduct ? Basis::kOriginal : Basis::kRunning;
}

Rule parse_rule(const json::value& value, const Path& path, Problems& problems) {
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    fault(problems, path, "type_mismatch", "A rule must be an object.");
    return {};
  }
  return RuleParser(*object, path, problems).parse();
}

}  // namespace kassa::discounts
