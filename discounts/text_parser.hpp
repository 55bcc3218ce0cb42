#pragma once
// Rules from texts: one at a time, in memory that is used again. Private to discounts/.

#include <array>
#include <cstdint>
#include <string_view>

#include "discounts/values.hpp"
#include "services/base/json.hpp"

namespace kassa::discounts {

/// Tells texts apart: not 0.
[[nodiscard]] inline std::uint64_t stamp_of(std::string_view text) noexcept { return hash_text(text, 1) | 1; }

class TextParser {
 public:
  /// Until the next call; null for what is no JSON.
  const json::value& parse(std::string_view text) {
    value_ = nullptr;
    parser_.reset(&memory_);  // Lets go of what a text with faults has left behind.
    memory_.release();
    json::error_code error;
    parser_.write(text.data(), text.size(), error);
    if (!error) value_ = parser_.release();
    return value_;
  }

 private:
  std::array<unsigned char, 16'384> buffer_{};
  json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
  json::parser parser_;
  json::value value_ = json::value(nullptr, json::storage_ptr(&memory_));
};

}  // namespace kassa::discounts
