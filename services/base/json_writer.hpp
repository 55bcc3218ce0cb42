#pragma once
// Writes JSON straight into a buffer: answers are rendered on every request, and building a tree of values
// first would cost more than the rest of the request. Commas are put by the writer, balance is the caller's
// affair. Text must be UTF-8. One writer makes one text, on one thread.

#include <algorithm>
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
  [[nodiscard]] std::string text() const { return {buffer_.get(), used()}; }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// `name` is written as it is: member names of ours need no escapes.
  void key(std::string_view name) {
    need(name.size() + 4);
    if (comma_) *at_++ = ',';
    *at_++ = '"';
    put(name);
    *at_++ = '"';
    *at_++ = ':';
    comma_ = false;
  }
  /// The same for a name in quotes: its length is known, so it is copied without a call.
  template <std::size_t N>
  void key(const char (&name)[N]) {
    need(N + 3);
    if (comma_) *at_++ = ',';
    *at_++ = '"';
    std::memcpy(at_, name, N - 1);
    at_ += N - 1;
    *at_++ = '"';
    *at_++ = ':';
    comma_ = false;
  }
  void text(std::string_view value) {
    need(value.size() * kEscapeBytesMax + 3);
    if (comma_) *at_++ = ',';
    *at_++ = '"';
    escape(value);
    *at_++ = '"';
    comma_ = true;
  }
  void number(std::int64_t value) {
    need(kDigitsMax + 1);
    if (comma_) *at_++ = ',';
    at_ = std::to_chars(at_, at_ + kDigitsMax, value).ptr;
    comma_ = true;
  }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json) {
    need(json.size() + 1);
    if (comma_) *at_++ = ',';
    put(json);
    comma_ = true;
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
    key(name);
    text(value);
  }
  template <std::size_t N>
  void member(const char (&name)[N], std::int64_t value) {
    key(name);
    number(value);
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

  [[nodiscard]] std::size_t used() const noexcept { return static_cast<std::size_t>(at_ - buffer_.get()); }
  /// Room for so many bytes more: everything above writes without looking.
  void need(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) grow(bytes);
  }
  void put(std::string_view bytes) { at_ = std::copy(bytes.begin(), bytes.end(), at_); }
  void open(char bracket) {
    need(2);
    if (comma_) *at_++ = ',';
    *at_++ = bracket;
    comma_ = false;
  }
  void close(char bracket) {
    need(1);
    *at_++ = bracket;
    comma_ = true;
  }
  void grow(std::size_t bytes);
  void escape(std::string_view value);

  std::unique_ptr<char[]> buffer_;
  char* at_;           // Where what is written ends.
  char* end_;          // Where the room ends.
  bool comma_{false};  // A value stands in front of the next one.
};

}  // namespace kassa
