#include "services/protocol/card_data.hpp"

#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kCredential = "credential";

bool is_id(std::string_view key) noexcept { return key == "id" || key.ends_with("_id") || key.ends_with("_ids"); }

bool holds_raw_card(const json::value& credential) {
  const json::object* const object = credential.if_object();
  if (object == nullptr) return false;
  for (const std::string_view secret : {"number", "pan", "cvc", "cvv", "cryptogram"}) {
    const json::value* const value = object->if_contains(secret);
    if (value != nullptr && !value->is_null()) return true;
  }
  return false;
}

/// True: found, and `path` leads there from `value`. It is put together on the way back: nearly always
/// nothing is found.
bool search(const json::value& value, std::string& path);

bool search_object(const json::object& object, std::string& path) {
  for (const auto& [name, value] : object) {
    const std::string_view key(name.data(), name.size());
    if (contains_card_number(key) || (key == kCredential && holds_raw_card(value))) return true;
    if (is_id(key) && !value.is_object()) continue;
    if (!search(value, path)) continue;
    path.insert(0, key).insert(0, 1, '/');
    return true;
  }
  return false;
}

bool search_array(const json::array& array, std::string& path) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!search(array[i], path)) continue;
    path.insert(0, std::to_string(i)).insert(0, 1, '/');
    return true;
  }
  return false;
}

bool search(const json::value& value, std::string& path) {
  if (const json::object* const object = value.if_object()) return search_object(*object, path);
  if (const json::array* const array = value.if_array()) return search_array(*array, path);
  if (const json::string* const text = value.if_string()) return contains_card_number({text->data(), text->size()});
  return value.is_number() && contains_card_number(json::serialize(value));
}

}  // namespace

std::optional<std::string> find_card_data(const json::object& document, std::string_view text) {
  // Without an escape in it, the text as received shows every digit that the values hold.
  const bool escaped = text.find('\\') != std::string_view::npos;
  if (!escaped && text.find(kCredential) == std::string_view::npos && !contains_card_number(text)) return std::nullopt;
  std::string path;
  if (!search_object(document, path)) return std::nullopt;
  return path;
}

}  // namespace kassa::protocol
