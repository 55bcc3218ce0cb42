#include <algorithm>
#include <array>

#include "discounts/parse_rule.hpp"

namespace kassa::discounts {
namespace {

class SetParser {
 public:
  SetParser(const json::object& object, const Path& path, const ParseContext& context, Problems& problems, Rule& out)
      : object_(object), path_(path), context_(context), problems_(problems), rule_(out) {}

  void parse() {
    const json::value* const buy = given("buy");
    const json::value* const get = given("get");
    const json::value* const bundle = given("bundle");
    if (buy == nullptr && get == nullptr && bundle == nullptr) return;
    if (rule_.discount_class != Class::kProduct) {
      fault(problems_, below(path_, "class"), "unknown_value", "Only product rules ask for sets of goods.",
            "Use class \"product\".");
    }
    if (object_.contains("target"))
      fault(problems_, below(path_, "target"), "unknown_member", "A set of goods names its goods itself.",
            "Move the condition into \"buy\", \"get\" or \"bundle\".");
    if (bundle != nullptr && (buy != nullptr || get != nullptr)) {
      fault(problems_, below(path_, "bundle"), "unknown_member", "A rule is a bundle or a buy-and-get, not both.");
      return;
    }
    if (bundle != nullptr) return parse_bundle(*bundle);
    rule_.set = SetKind::kBuyGet;
    for (const std::string_view key : {"buy", "get"}) {
      if (const json::value* const part = require_member(object_, key, path_, problems_))
        parse_part(*part, below(path_, key), key == "get");
    }
  }

 private:
  [[nodiscard]] const json::value* given(std::string_view key) const {
    const json::value* const value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void parse_bundle(const json::value& bundle) {
    const Path here = below(path_, "bundle");
    rule_.set = SetKind::kBundle;
    const json::array* const array = bundle.if_array();
    if (array == nullptr) return fault(problems_, here, "type_mismatch", "This must be an array of goods.");
    if (array->empty()) return fault(problems_, here, "empty_value_set", "This bundle has no goods.");
    if (array->size() > kPartsMax)
      return fault(problems_, here, "too_many_values", "There are too many parts.", "Use at most 10.");
    for (std::size_t i = 0; i < array->size(); ++i) parse_part((*array)[i], below(here, i), false);
    for (std::size_t i = 0; i < array->size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (!same_goods((*array)[k], (*array)[i])) continue;
        fault(problems_, below(here, i), "bundle_overlap_impossible",
              "This part asks for the same goods as part " + std::to_string(k) + ", and one unit cannot serve both.",
              "Write one part with the sum of the quantities.");
      }
    }
  }

  [[nodiscard]] static bool same_goods(const json::value& a, const json::value& b) {
    if (!a.is_object() || !b.is_object()) return false;
    const json::value* const one = a.get_object().if_contains("where");
    const json::value* const other = b.get_object().if_contains("where");
    if (one == nullptr || other == nullptr) return one == other;
    return canonical_json(*one) == canonical_json(*other);
  }

  void parse_part(const json::value& value, const Path& path, bool get) {
    Part& part = rule_.parts.emplace_back();
    const json::object* const object = value.if_object();
    if (object == nullptr) return fault(problems_, path, "type_mismatch", "This must be an object.");
    if (get) {
      refuse_other_members(*object, path, {"where", "quantity", "select"}, problems_);
      select(*object, path);
    } else {
      refuse_other_members(*object, path, {"where", "quantity"}, problems_);
    }
    if (const json::value* const quantity = require_member(*object, "quantity", path, problems_)) {
      const Path here = below(path, "quantity");
      part.quantity = read_whole(*quantity, here, problems_).value_or(1);
      if (part.quantity < 1 || part.quantity > kPartQuantityMax)
        fault(problems_, here, "out_of_range", "A quantity lies between 1 and 1000.");
    }
    if (const json::value* const where = object->if_contains("where"); where != nullptr && !where->is_null()) {
      PredicateParser parser(default_basis(rule_.discount_class), context_.registry, problems_);
      parser.parse(*where, below(path, "where"), Scope::kLine, part.where);
    }
  }

  void select(const json::object& object, const Path& path) {
    const json::value* const word = object.if_contains("select");
    if (word == nullptr || *word == "cheapest") return;
    rule_.pick = Pick::kMostExpensive;
    if (*word != "most_expensive")
      fault(problems_, below(path, "select"), "unknown_value", "There is no such choice.",
            R"(Use "cheapest" or "most_expensive".)");
  }

  const json::object& object_;
  const Path& path_;
  const ParseContext& context_;
  Problems& problems_;
  Rule& rule_;
};

}  // namespace

void parse_sets(const json::object& object, const Path& path, const ParseContext& context, Problems& problems,
                Rule& out) {
  SetParser(object, path, context, problems, out).parse();
}

}  // namespace kassa::discounts
