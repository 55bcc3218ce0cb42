#include <limits>

#include "services/base/json.hpp"

namespace kassa {
namespace {

/// The member, or nullptr when it is absent or null.
const json::value* find_member(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

bool ObjectReader::is_null(std::string_view key) const {
  const json::value* const value = object_.if_contains(key);
  return value != nullptr && value->is_null();
}

std::optional<std::string> ObjectReader::text(std::string_view key, std::size_t bytes_max) {
  const json::value* const value = find_member(object_, key);
  if (value == nullptr) return std::nullopt;
  const json::string* const text = value->if_string();
  if (text == nullptr) {
    fault(key, "type_mismatch", "This must be a string.");
    return std::nullopt;
  }
  if (text->size() > bytes_max) {
    fault(key, "too_long", "This text is too long.", "Use at most " + std::to_string(bytes_max) + " bytes of UTF-8.");
    return std::nullopt;
  }
  return std::string(text->data(), text->size());
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const json::value* const value = find_member(object_, key);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* const number = value->if_int64();
  const std::uint64_t* const large = value->if_uint64();
  if (number == nullptr && large == nullptr) {
    fault(key, "type_mismatch", "This must be a whole number.", "Write it without a decimal point or an exponent.");
    return std::nullopt;
  }
  // The parser makes only small values int64, but a value built in code may hold a small uint64.
  constexpr auto kSignedMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = number != nullptr || *large <= kSignedMax;
  const std::int64_t whole = number != nullptr ? *number : (fits ? static_cast<std::int64_t>(*large) : 0);
  if (!fits || whole < min || whole > max) {
    fault(key, "out_of_range", "This number is out of range.",
          "Use a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
    return std::nullopt;
  }
  return whole;
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
  const json::value* const value = find_member(object_, key);
  if (value == nullptr) return std::nullopt;
  const bool* const flag = value->if_bool();
  if (flag == nullptr) {
    fault(key, "type_mismatch", "This must be true or false.");
    return std::nullopt;
  }
  return *flag;
}

const json::object* ObjectReader::object(std::string_view key) {
  const json::value* const value = find_member(object_, key);
  if (value == nullptr) return nullptr;
  if (value->if_object() == nullptr) fault(key, "type_mismatch", "This must be an object.");
  return value->if_object();
}

const json::array* ObjectReader::array(std::string_view key, std::size_t elements_max) {
  const json::value* const value = find_member(object_, key);
  if (value == nullptr) return nullptr;
  const json::array* const elements = value->if_array();
  if (elements == nullptr) {
    fault(key, "type_mismatch", "This must be an array.");
    return nullptr;
  }
  if (elements->size() > elements_max) {
    fault(key, "too_many", "This array is too long.", "Use at most " + std::to_string(elements_max) + " elements.");
    return nullptr;
  }
  return elements;
}

void ObjectReader::require(std::string_view key) {
  if (find_member(object_, key) == nullptr) fault(key, "required", "This is required.");
}

void ObjectReader::fault(std::string_view key, std::string code, std::string message, std::string hint) {
  problems_.push_back({path_of(key), std::move(code), std::move(message), std::move(hint)});
}

std::string ObjectReader::path() const {
  if (parent_ == nullptr) return path_;
  std::string whole = parent_->path_of(key_);
  if (index_) whole.append("/").append(std::to_string(*index_));
  return whole;
}

std::string ObjectReader::path_of(std::string_view key) const {
  std::string path = this->path() + '/';
  for (const char c : key) {
    if (c == '~') {
      path += "~0";
    } else if (c == '/') {
      path += "~1";
    } else {
      path += c;
    }
  }
  return path;
}

}  // namespace kassa
