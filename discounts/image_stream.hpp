#pragma once
// Numbers and texts one after the other, for the few parts of an image that are no plain arrays. Private to discounts/.
// A reader that comes to the end of its bytes gives zeros from then on and is no longer whole().

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kassa::discounts {

class ImageWriter {
 public:
  void number(std::int64_t value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void number(const std::optional<std::int64_t>& value) {
    number(value ? 1 : 0);
    if (value) number(*value);
  }
  template <class Word>
    requires std::is_enum_v<Word>
  void word(Word value) {
    number(static_cast<std::int64_t>(value));
  }
  void count(std::size_t value) { number(static_cast<std::int64_t>(value)); }
  void text(std::string_view value) {
    count(value.size());
    out_.append(value);
  }
  [[nodiscard]] std::string_view bytes() const noexcept { return out_; }

 private:
  std::string out_;
};

class ImageReader {
 public:
  explicit ImageReader(std::string_view bytes) : rest_(bytes) {}

  std::int64_t number() {
    std::int64_t value = 0;
    const std::string_view bytes = take(sizeof value);
    if (whole_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::optional<std::int64_t> maybe() { return number() == 0 ? std::nullopt : std::optional{number()}; }
  template <class Word>
  Word word() {
    return static_cast<Word>(number());
  }
  std::uint32_t small() { return static_cast<std::uint32_t>(number()); }
  /// Of things that take at least eight bytes each, so that damage never asks for more memory than there are bytes.
  std::size_t count() {
    const std::int64_t value = number();
    if (value >= 0 && static_cast<std::uint64_t>(value) <= rest_.size() / sizeof value)
      return static_cast<std::size_t>(value);
    whole_ = false;
    return 0;
  }
  std::string_view text() {
    const std::int64_t size = number();
    return take(size < 0 ? rest_.size() + 1 : static_cast<std::size_t>(size));
  }
  [[nodiscard]] bool whole() const noexcept { return whole_; }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) whole_ = false;
    if (!whole_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool whole_{true};
};

}  // namespace kassa::discounts
