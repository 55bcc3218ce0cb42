#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"

namespace kassa {
namespace {

using json::string_view;

void write_escape(std::string& out, char c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(c);
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\t': out += "\\t"; break;
    case '\n': out += "\\n"; break;
    case '\f': out += "\\f"; break;
    case '\r': out += "\\r"; break;
    default: out.append("\\u00").append(1, kHex[code >> 4]).append(1, kHex[code & 15]);
  }
}

void write_text(std::string& out, string_view text) {
  const auto needs_escape = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; };
  out.push_back('"');
  const char* rest = text.data();
  const char* const end = rest + text.size();
  while (true) {
    const char* const plain_end = std::find_if(rest, end, needs_escape);
    out.append(rest, plain_end);
    if (plain_end == end) break;
    write_escape(out, *plain_end);
    rest = plain_end + 1;
  }
  out.push_back('"');
}

template <class Integer>
void write_integer(std::string& out, Integer number) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, result.ptr);
}

/// ECMAScript Number::toString (ECMA-262, 6.1.6.1.20): the shortest digits that read back as the same double.
void write_double(std::string& out, double number) {
  ensure(std::isfinite(number), "JSON has no infinity and no NaN");
  if (number == 0) {  // Minus zero, too.
    out.push_back('0');
    return;
  }
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number), std::chars_format::scientific);
  const std::string_view shortest(buffer, static_cast<std::size_t>(result.ptr - buffer));
  const auto mark = shortest.find('e');
  std::string digits(shortest.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);
  // The value is 0.DIGITS * 10^point.
  const int point = std::atoi(std::string(shortest.substr(mark + 1)).c_str()) + 1;
  const int count = static_cast<int>(digits.size());

  if (number < 0) out.push_back('-');
  if (point > 0 && point <= 21) {
    if (count <= point) {
      out.append(digits).append(static_cast<std::size_t>(point - count), '0');
    } else {
      out.append(digits.insert(static_cast<std::size_t>(point), 1, '.'));
    }
  } else if (point > -6 && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    if (count > 1) digits.insert(1, 1, '.');
    out.append(digits).append(point > 0 ? "e+" : "e-");
    write_integer(out, std::abs(point - 1));
  }
}

/// Order of UTF-16 code units. It differs from the order of bytes in one point: U+E000..U+FFFF (lead bytes EE
/// and EF) come after the surrogate pairs (lead bytes F0 and up).
bool precedes_in_utf16(string_view a, string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (y == b.end()) return false;
  if (x == a.end()) return true;
  const auto rank = [](char c) {
    const unsigned code = static_cast<unsigned char>(c);
    return code == 0xee || code == 0xef ? code + 0x10 : code;
  };
  return rank(*x) < rank(*y);
}

void write_value(std::string& out, const json::value& value);

void write_object(std::string& out, const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::ranges::sort(members, precedes_in_utf16, [](const auto* member) { return member->key(); });
  out.push_back('{');
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out.push_back(',');
    write_text(out, members[i]->key());
    out.push_back(':');
    write_value(out, members[i]->value());
  }
  out.push_back('}');
}

void write_array(std::string& out, const json::array& array) {
  out.push_back('[');
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out.push_back(',');
    write_value(out, array[i]);
  }
  out.push_back(']');
}

void write_value(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: out += "null"; break;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
    case json::kind::int64: write_integer(out, value.get_int64()); break;
    case json::kind::uint64: write_integer(out, value.get_uint64()); break;
    case json::kind::double_: write_double(out, value.get_double()); break;
    case json::kind::string: write_text(out, value.get_string()); break;
    case json::kind::array: write_array(out, value.get_array()); break;
    case json::kind::object: write_object(out, value.get_object()); break;
  }
}

}  // namespace

std::string canonical_json(const json::value& value) {
  std::string out;
  write_value(out, value);
  return out;
}

}  // namespace kassa
