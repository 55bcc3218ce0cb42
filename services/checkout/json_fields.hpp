#pragma once
// Our own JSON: what is written, and reading it back. An absent member is its default, a member of the wrong type is a
// broken invariant.

#include <string>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"
#include "services/base/json_writer.hpp"

namespace kassa::checkout {

inline std::string text_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return {};
  ensure(found->is_string(), "stored JSON: member is not text");
  return std::string(found->get_string());
}

inline std::int64_t int_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return 0;
  ensure(found->is_int64(), "stored JSON: member is not an integer");
  return found->get_int64();
}

inline bool flag_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

inline const json::array& array_of(const json::object& object, std::string_view key) {
  static const json::array kNone{};
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return kNone;
  ensure(found->is_array(), "stored JSON: member is not an array");
  return found->get_array();
}

inline const json::object& object_of(const json::object& object, std::string_view key) {
  static const json::object kNone{};
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return kNone;
  ensure(found->is_object(), "stored JSON: member is not an object");
  return found->get_object();
}

// Only what differs from the default is written: stored sessions stay small.
inline void put(JsonWriter& out, std::string_view key, const std::string& value) { out.optional_member(key, value); }
inline void put_int(JsonWriter& out, std::string_view key, std::int64_t value) {
  if (value != 0) out.member(key, value);
}
inline void put_flag(JsonWriter& out, std::string_view key, bool value) {
  if (!value) return;
  out.key(key);
  out.boolean(true);
}

template <class Items, class Fn>
void put_array(JsonWriter& out, std::string_view key, const Items& items, Fn write_item) {
  if (items.empty()) return;
  out.key(key);
  out.begin_array();
  for (const auto& item : items) write_item(out, item);
  out.end_array();
}

template <class Items, class Fn>
void get_array(const json::object& object, std::string_view key, Items& items, Fn from_value) {
  for (const json::value& value : array_of(object, key)) items.push_back(from_value(value));
}

}  // namespace kassa::checkout
