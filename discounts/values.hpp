#pragma once
// Texts as numbers: each text that some condition compares with gets a dense id per attribute, so that an evaluation
// hashes each text of the cart once and compares integers from then on. Private to discounts/; filled by compile(),
// immutable afterwards.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/predicate.hpp"

namespace kassa::discounts {

class ValueTable {
 public:
  static constexpr std::uint32_t kMissing = 0;      ///< The cart has no text here.
  static constexpr std::uint32_t kUnmentioned = 1;  ///< It has one that no condition names.

  /// The id of a text that is not empty; a new one at its first sight.
  std::uint32_t intern(Attribute attribute, std::string_view text);

  [[nodiscard]] std::uint32_t find(Attribute attribute, std::string_view text) const noexcept {
    return find(attribute, text, hash_of(attribute, text));
  }

  /// The same in two steps, for a reader with many texts: the table is large, and memory is asked for all of them
  /// before the first is looked at.
  [[nodiscard]] std::uint64_t prepare(Attribute attribute, std::string_view text) const noexcept;
  [[nodiscard]] std::uint32_t find(Attribute attribute, std::string_view text, std::uint64_t prepared) const noexcept;

  /// Whether any condition compares this attribute with a text.
  [[nodiscard]] bool mentions(Attribute attribute) const noexcept {
    return mentioned_[static_cast<std::size_t>(attribute)];
  }

  /// One past the highest id.
  [[nodiscard]] std::size_t size() const noexcept { return used_ + kFirst; }

 private:
  static constexpr std::uint32_t kFirst = 2;
  struct Slot {
    std::uint32_t tag{};
    std::uint32_t id{};  ///< 0: free.
    std::uint32_t at{};  ///< In texts_: the attribute as one byte, then the text.
    std::uint32_t length{};
  };

  [[nodiscard]] static std::uint64_t hash_of(Attribute attribute, std::string_view text) noexcept;
  [[nodiscard]] bool holds(const Slot& slot, Attribute attribute, std::string_view text) const noexcept;
  [[nodiscard]] std::size_t place_of(std::uint64_t hash) const noexcept { return hash & (slots_.size() - 1); }
  void put(const Slot& slot, std::uint64_t hash) noexcept;
  void grow();

  std::vector<Slot> slots_;  ///< Open addressing, a power of two, at most half full.
  std::size_t used_{};
  std::string texts_;
  std::array<bool, kAttributes> mentioned_{};
};

}  // namespace kassa::discounts
