#include "discounts/unfilled.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace kassa::discounts {
namespace {

struct Unfilled {
  std::string_view attribute;
  std::string_view message;
  std::string_view hint;
};
constexpr std::array kUnfilled{
    Unfilled{"customer.segments", "Customers have no segments yet.", "Give the code to those who are meant."},
    Unfilled{"payment.prepaid", "Payment methods do not say yet whether they are prepaid.",
             "Name the methods with payment.method."},
    Unfilled{"order.cod_minutes", "Orders paid on delivery cannot be paid before yet.", ""},
};

void walk_json(const json::value& value, const std::string& path, std::vector<Problem>& problems) {
  if (const json::array* const list = value.if_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) walk_json((*list)[i], path + "/" + std::to_string(i), problems);
    return;
  }
  const json::object* const object = value.if_object();
  if (object == nullptr) return;
  const json::value* const attribute = object->if_contains("attr");
  if (attribute != nullptr && attribute->is_string()) {
    const auto* const known =
        std::ranges::find(kUnfilled, std::string_view(attribute->get_string()), &Unfilled::attribute);
    if (known != kUnfilled.end()) {
      problems.push_back({path + "/attr", "not_supported_yet", std::string(known->message), std::string(known->hint)});
    }
  }
  for (const auto& member : *object) walk_json(member.value(), path + "/" + std::string(member.key()), problems);
}

/// What the engine decides and no checkout carries out yet.
void find_undone(const json::value& rule, const std::string& path, std::vector<Problem>& problems) {
  const json::object* const object = rule.if_object();
  if (object == nullptr) return;
  const auto member = [](const json::object& of, std::string_view key) {
    const json::value* const found = of.if_contains(key);
    return found == nullptr ? nullptr : found->if_object();
  };
  const json::object* const value = member(*object, "value");
  const json::value* const type = value == nullptr ? nullptr : value->if_contains("type");
  if (type != nullptr && *type == "gift") {
    problems.push_back(
        {path + "/value/type", "not_supported_yet", "Gifts are not added to checkouts yet.", "Use buy and get."});
  }
  const json::object* const limits = member(*object, "limits");
  if (limits != nullptr && limits->contains("budget")) {
    problems.push_back({path + "/limits/budget", "not_supported_yet", "Budgets are not counted yet.",
                        "Limit the uses with \"global\"."});
  }
}

}  // namespace

void find_unfilled(const json::array& rules, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string path = "/" + std::to_string(i);
    walk_json(rules[i], path, problems);
    find_undone(rules[i], path, problems);
  }
}

}  // namespace kassa::discounts
