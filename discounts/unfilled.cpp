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

}  // namespace

void find_unfilled(const json::array& rules, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    walk_json(rules[i], "/" + std::to_string(i), problems);
  }
}

}  // namespace kassa::discounts
