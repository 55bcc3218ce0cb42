#include <algorithm>

#include "discounts/parse_rule.hpp"
#include "services/base/limits.hpp"

namespace kassa::discounts {
namespace {

constexpr ClassMask kEveryClass = 0b1111;

struct PolicyWord {
  std::string_view word;
  Policy policy;
};
constexpr std::array kPolicyWords{
    PolicyWord{"best_deal", Policy::kBestDeal},
    PolicyWord{"priority", Policy::kPriority},
    PolicyWord{"stack_all", Policy::kStackAll},
    PolicyWord{"exclusive", Policy::kExclusive},
};

const json::value* given(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void read_classes(const json::value& value, const Path& path, Problems& problems, Combine& out) {
  const json::array* const array = value.if_array();
  if (array == nullptr) return fault(problems, path, "type_mismatch", "This must be an array of classes.");
  out.classes = 0;
  out.given = true;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const json::value& word = (*array)[i];
    const auto found = word.is_string() ? class_of(word.get_string()) : std::nullopt;
    if (found) {
      out.classes = static_cast<ClassMask>(out.classes | bit_of(*found));
    } else {
      fault(problems, below(path, i), "unknown_value", "There is no such class.",
            "Use product, order, shipping or payment.");
    }
  }
}

std::string read_name(const json::value& value, const Path& path, Problems& problems) {
  if (!value.is_string()) {
    fault(problems, path, "type_mismatch", "This must be a string.");
    return {};
  }
  std::string name(value.get_string());
  if (name.empty()) fault(problems, path, "empty_value_set", "This name is empty.");
  if (name.size() > limits::kIdBytesMax)
    fault(problems, path, "too_long", "This is too long.", "Use at most 255 bytes.");
  return name;
}

std::vector<std::string> read_names(const json::object& object, std::string_view key, const Path& path,
                                    Problems& problems) {
  std::vector<std::string> names;
  const json::value* const value = given(object, key);
  if (value == nullptr) return names;
  const Path here = below(path, key);
  const json::array* const array = value->if_array();
  if (array == nullptr || array->empty() || array->size() > kTagsMax) {
    fault(problems, here,
          array == nullptr ? "type_mismatch"
          : array->empty() ? "empty_value_set"
                           : "too_many_values",
          "This must be an array of 1 to 20 tags.", "Leave it out when there is none.");
    return names;
  }
  for (std::size_t i = 0; i < array->size(); ++i) names.push_back(read_name((*array)[i], below(here, i), problems));
  std::ranges::sort(names);
  const auto doubles = std::ranges::unique(names);
  names.erase(doubles.begin(), doubles.end());
  return names;
}

bool share_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& tag) { return std::ranges::binary_search(b, tag); });
}

void read_policy(const json::object& object, const Path& path, Problems& problems, Combine& out) {
  const json::value* const policy = given(object, "policy");
  if (policy == nullptr) return;
  const Path here = below(path, "policy");
  const std::string_view word = policy->is_string() ? std::string_view(policy->get_string()) : std::string_view{};
  const auto* const found = std::ranges::find(kPolicyWords, word, &PolicyWord::word);
  if (found == kPolicyWords.end()) {
    return fault(problems, here, "unknown_value", "There is no such policy.",
                 "Use best_deal, priority, stack_all or exclusive.");
  }
  out.policy = found->policy;
  if (given(object, "group") == nullptr)
    fault(problems, here, "required", "A policy holds in a group.", "Name the group, or leave the policy out.");
}

}  // namespace

void parse_combine(const json::object& object, const Path& path, Problems& problems, Rule& out) {
  const bool product = out.discount_class == Class::kProduct;
  Combine& combine = out.combine;
  combine.classes = product ? static_cast<ClassMask>(kEveryClass & ~bit_of(Class::kProduct)) : kEveryClass;
  const json::value* const value = given(object, "combine");
  if (value == nullptr) return;
  const Path here = below(path, "combine");
  const json::object* const members = value->if_object();
  if (members == nullptr) return fault(problems, here, "type_mismatch", "This must be an object.");
  refuse_other_members(*members, here, {"classes", "group", "policy", "tags", "with", "without", "exclusive"},
                       problems);
  if (members->empty()) static_cast<void>(require_member(*members, "classes", here, problems));
  if (const json::value* const classes = given(*members, "classes"))
    read_classes(*classes, below(here, "classes"), problems, combine);
  if (const json::value* const group = given(*members, "group"))
    combine.group = read_name(*group, below(here, "group"), problems);
  read_policy(*members, here, problems, combine);
  combine.tags = read_names(*members, "tags", here, problems);
  combine.with = read_names(*members, "with", here, problems);
  combine.without = read_names(*members, "without", here, problems);
  if (const json::value* const alone = given(*members, "exclusive")) {
    if (!alone->is_bool()) fault(problems, below(here, "exclusive"), "type_mismatch", "This must be true or false.");
    combine.exclusive = alone->is_bool() && alone->get_bool();
  }
  if (share_one(combine.with, combine.without) || share_one(combine.tags, combine.without)) {
    fault(problems, below(here, "without"), "self_excluding", "This rule refuses a tag that it has or asks for.",
          "To let one of several rules apply, give them one \"group\".");
  }
}

}  // namespace kassa::discounts
