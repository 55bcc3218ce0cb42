#include "services/base/json_writer.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kassa {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::array<bool, 256> kNeedsEscape = [] {
  std::array<bool, 256> needs{};
  for (std::size_t c = 0; c < 0x20; ++c) needs[c] = true;
  needs['"'] = needs['\\'] = true;
  return needs;
}();

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
constexpr std::size_t kHalfBytes = sizeof(std::uint32_t);

/// Copies eight bytes, or four; not 0 when one of them needs an escape. Arithmetic on all of them at once.
template <class Word>
Word copy_word(const char* from, char* to) noexcept {
  constexpr auto kOnes = static_cast<Word>(0x0101'0101'0101'0101);
  constexpr auto kHighs = static_cast<Word>(kOnes * 0x80);
  const auto below = [](Word bytes, Word n) { return (bytes - kOnes * n) & ~bytes & kHighs; };
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  std::memcpy(to, &word, sizeof word);
  return below(word, 0x20) | below(word ^ kOnes * '"', 1) | below(word ^ kOnes * '\\', 1);
}

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
  const std::size_t room = std::max(2 * static_cast<std::size_t>(end_ - buffer_.get()), written + bytes);
  auto larger = std::make_unique_for_overwrite<char[]>(room);
  std::copy_n(buffer_.get(), written, larger.get());
  buffer_ = std::move(larger);
  at_ = buffer_.get() + written;
  end_ = buffer_.get() + room;
}

void JsonWriter::escape(std::string_view value) noexcept {
  const char* const from = value.data();
  const std::size_t size = value.size();
  std::uint64_t dirty = 0;
  if (size >= kWordBytes) {
    for (std::size_t i = 0; i + kWordBytes < size; i += kWordBytes) {
      dirty |= copy_word<std::uint64_t>(from + i, at_ + i);
    }
    dirty |= copy_word<std::uint64_t>(from + size - kWordBytes, at_ + size - kWordBytes);
  } else if (size >= kHalfBytes) {
    dirty = copy_word<std::uint32_t>(from, at_);
    dirty |= copy_word<std::uint32_t>(from + size - kHalfBytes, at_ + size - kHalfBytes);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      at_[i] = from[i];
      dirty |= kNeedsEscape[static_cast<unsigned char>(from[i])] ? 1U : 0U;
    }
  }
  if (dirty == 0) {
    at_ += size;
    return;
  }
  for (const char c : value) {
    if (kNeedsEscape[static_cast<unsigned char>(c)]) {
      at_ = put_escaped(at_, c);
    } else {
      *at_++ = c;
    }
  }
}

void write_value(JsonWriter& json, const boost::json::value& value) {
  if (const auto* const object = value.if_object()) {
    json.begin_object();
    for (const auto& [name, member] : *object) {
      json.name(name);
      write_value(json, member);
    }
    json.end_object();
  } else if (const auto* const array = value.if_array()) {
    json.begin_array();
    for (const auto& element : *array) write_value(json, element);
    json.end_array();
  } else if (const auto* const text = value.if_string()) {
    json.text(*text);
  } else if (const auto* const number = value.if_int64()) {
    json.number(*number);
  } else {
    json.raw(boost::json::serialize(value));
  }
}

}  // namespace kassa
