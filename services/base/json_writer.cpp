#include "services/base/json_writer.hpp"

#include <algorithm>
#include <array>

namespace kassa {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::array<bool, 256> kNeedsEscape = [] {
  std::array<bool, 256> needs{};
  for (std::size_t c = 0; c < 0x20; ++c) needs[c] = true;
  needs['"'] = needs['\\'] = true;
  return needs;
}();

char* put_escaped(char* at, char c) {
  const auto put = [&at](std::string_view escape) { at = std::copy(escape.begin(), escape.end(), at); };
  switch (c) {
    case '"': put("\\\""); return at;
    case '\\': put("\\\\"); return at;
    case '\n': put("\\n"); return at;
    case '\r': put("\\r"); return at;
    case '\t': put("\\t"); return at;
    default:
      put("\\u00");
      *at++ = kHex[static_cast<unsigned char>(c) >> 4];
      *at++ = kHex[static_cast<unsigned char>(c) & 15];
      return at;
  }
}

}  // namespace

void JsonWriter::grow(std::size_t bytes) {
  const std::size_t written = used();
  buffer_.resize(std::max(buffer_.size() * 2, written + bytes));
  at_ = buffer_.data() + written;
}

void JsonWriter::escape(std::string_view value) {
  const auto clean = [](char c) { return !kNeedsEscape[static_cast<unsigned char>(c)]; };
  for (auto rest = value.begin(); rest != value.end();) {
    const auto stop = std::find_if_not(rest, value.end(), clean);
    at_ = std::copy(rest, stop, at_);
    rest = stop;
    if (rest != value.end()) at_ = put_escaped(at_, *rest++);
  }
}

}  // namespace kassa
