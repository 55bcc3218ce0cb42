#pragma once
// Writes JSON straight into a buffer: answers are rendered on every request, and building a tree of values
// first would cost more than the rest of the request. Commas are put by the writer, balance is the caller's
// affair. Text must be UTF-8. One writer makes one text, on one thread.

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace kassa {

class JsonWriter {
 public:
  /// `usual_bytes`: how long the text will probably be; longer ones are fine.
  explicit JsonWriter(std::size_t usual_bytes = 256)
      : buffer_(std::make_unique_for_overwrite<char[]>(usual_bytes)), at_(buffer_.get()), end_(at_ + usual_bytes) {}

  /// What was written, exactly as long as it is.
  [[nodiscard]] std::string text() const { return {buffer_.get(), used() - (ends_in_comma() ? 1 : 0)}; }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// `name` is written as it is: member names of ours need no escapes.
  void key(std::string_view name) {
    need(name.size() + kKeyBytes);
    put('"');
    put(name);
    put("\":");
  }
  /// The same for a name in quotes: its length is known, so it is copied without a call.
  template <std::size_t N>
  void key(const char (&name)[N]) {
    need(N + kKeyBytes);
    put_key(name);
  }
  /// The same for a name that somebody else has chosen.
  void name(std::string_view name) {
    need(name.size() * kEscapeBytesMax + kKeyBytes);
    put('"');
    escape(name);
    put("\":");
  }
  void text(std::string_view value) {
    need(text_bytes(value));
    put_text(value);
  }
  void number(std::int64_t value) {
    need(kDigitsMax + 1);
    put_number(value);
  }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json) {
    need(json.size() + 1);
    put(json);
    put(',');
  }

  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void member(std::string_view name, std::int64_t value) {
    key(name);
    number(value);
  }
  template <std::size_t N>
  void member(const char (&name)[N], std::string_view value) {
    need(N + kKeyBytes + text_bytes(value));
    put_key(name);
    put_text(value);
  }
  template <std::size_t N>
  void member(const char (&name)[N], std::int64_t value) {
    need(N + kKeyBytes + kDigitsMax + 1);
    put_key(name);
    put_number(value);
  }
  /// Nothing at all when `value` is empty.
  template <std::size_t N>
  void optional_member(const char (&name)[N], std::string_view value) {
    if (!value.empty()) member(name, value);
  }
  void optional_member(std::string_view name, std::string_view value) {
    if (!value.empty()) member(name, value);
  }

 private:
  static constexpr std::size_t kDigitsMax = 20;
  static constexpr std::size_t kEscapeBytesMax = 6;  // \u001f
  static constexpr std::size_t kKeyBytes = 3;        // Quotes and colon.

  [[nodiscard]] std::size_t used() const noexcept { return static_cast<std::size_t>(at_ - buffer_.get()); }
  /// Room for so many bytes more: the put functions write without looking.
  void need(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) grow(bytes);
  }
  static std::size_t text_bytes(std::string_view value) noexcept { return value.size() * kEscapeBytesMax + 3; }
  void put(char c) noexcept { *at_++ = c; }
  void put(std::string_view bytes) noexcept { at_ = std::copy(bytes.begin(), bytes.end(), at_); }
  template <std::size_t N>
  void put_key(const char (&name)[N]) noexcept {
    put('"');
    std::memcpy(at_, name, N - 1);
    std::memcpy(at_ + N - 1, "\":", 2);
    at_ += N + 1;
  }
  void put_text(std::string_view value) noexcept {
    put('"');
    escape(value);
    std::memcpy(at_, "\",", 2);
    at_ += 2;
  }
  void put_number(std::int64_t value) noexcept {
    at_ = std::to_chars(at_, at_ + kDigitsMax, value).ptr;
    put(',');
  }
  /// A comma stands behind each value; the end of its object or array takes the last one's place.
  [[nodiscard]] bool ends_in_comma() const noexcept { return used() > 0 && at_[-1] == ','; }
  void open(char bracket) {
    need(1);
    put(bracket);
  }
  void close(char bracket) {
    need(2);
    if (ends_in_comma()) --at_;
    put(bracket);
    put(',');
  }
  void grow(std::size_t bytes);
  void escape(std::string_view value) noexcept;

  std::unique_ptr<char[]> buffer_;
  char* at_;   // Where what is written ends.
  char* end_;  // Where the room ends.
};

/// A whole tree, its members in the order in which they lie.
void write_value(JsonWriter& json, const boost::json::value& value);

}  // namespace kassa
