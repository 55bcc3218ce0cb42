#include "services/catalog/body_json.hpp"

#include <utility>

namespace kassa::catalog {

json::object body_in(std::string_view column) {
  json::error_code failed;
  json::value value = json::parse(column, failed);
  return failed || !value.is_object() ? json::object{} : std::move(value.as_object());
}

std::string text_in(const json::object& body, std::string_view key) {
  const json::value* const value = body.if_contains(key);
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(text->data(), text->size());
}

std::vector<std::string> texts_in(const json::object& body, std::string_view key) {
  std::vector<std::string> texts;
  const json::value* const value = body.if_contains(key);
  const json::array* const elements = value == nullptr ? nullptr : value->if_array();
  if (elements == nullptr) return texts;
  for (const json::value& element : *elements) {
    if (const json::string* const text = element.if_string()) texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

}  // namespace kassa::catalog
