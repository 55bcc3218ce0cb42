#pragma once
// Writes JSON straight into a string: answers are rendered on every request, and building a tree of values
// first would cost more than the rest of the request. Commas are put by the writer, balance is the caller's
// affair. Text must be UTF-8.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace kassa::protocol {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// `name` is written as it is: member names of ours need no escapes.
  void key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    comma_ = false;
  }
  void text(std::string_view value) {
    separate();
    out_ += '"';
    escape(value);
    out_ += '"';
    comma_ = true;
  }
  void number(std::int64_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
  }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json) {
    separate();
    out_ += json;
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
  /// Nothing at all when `value` is empty.
  void optional_member(std::string_view name, std::string_view value) {
    if (!value.empty()) member(name, value);
  }

 private:
  void separate() {
    if (comma_) out_ += ',';
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    comma_ = true;
  }
  void escape(std::string_view value);

  std::string& out_;
  bool comma_{false};  // A value stands in front of the next one.
};

}  // namespace kassa::protocol
