#pragma once
// Texts as numbers: each text that some condition compares with gets a dense id per attribute, so that an evaluation
// hashes each text of the cart once and compares integers from then on. Private to discounts/; filled by compile(),
// immutable afterwards.

#include <array>
#include <cstdint>
#include <string_view>

#include "discounts/pack.hpp"
#include "discounts/predicate.hpp"

namespace kassa::discounts {

/// Names that rules give each other live in the same table, under attributes of their own.
inline constexpr auto kGroupNames = static_cast<Attribute>(254);
inline constexpr auto kTagNames = static_cast<Attribute>(255);

/// Mixes all bits of a text; need not resist an adversary, as only the merchant fills the tables.
[[nodiscard]] std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept;

class ValueTable {
 public:
  static constexpr std::uint32_t kMissing = 0;      ///< The cart has no text here.
  static constexpr std::uint32_t kUnmentioned = 1;  ///< It has one that no condition names.

  ValueTable() = default;
  /// With further texts beside those of `base`, which must stay: their ids follow.
  explicit ValueTable(const ValueTable* base) : base_(base) {}

  /// The id of a text that is not empty; a new one at its first sight.
  std::uint32_t intern(Attribute attribute, std::string_view text);

  [[nodiscard]] std::uint32_t find(Attribute attribute, std::string_view text) const noexcept {
    return text.empty() ? kMissing : find(attribute, text, hash_of(attribute, text));
  }

  /// The same in two steps, for a reader with many texts: the table is large, and memory is asked for all of them
  /// before the first is looked at.
  [[nodiscard]] std::uint64_t prepare(Attribute attribute, std::string_view text) const noexcept;
  [[nodiscard]] std::uint32_t find(Attribute attribute, std::string_view text, std::uint64_t prepared) const noexcept;

  /// Whether any condition compares this attribute with a text.
  [[nodiscard]] bool mentions(Attribute attribute) const noexcept {
    return mentioned_[place_of(attribute)] || (base_ != nullptr && base_->mentions(attribute));
  }

  /// One past the highest id.
  [[nodiscard]] std::size_t size() const noexcept { return first() + places_.size(); }
  [[nodiscard]] std::string_view text(std::uint32_t id) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
  void shrink();

 private:
  friend class ImageParts;
  static constexpr std::uint32_t kFirst = 2;
  struct Slot {
    std::uint32_t tag{};
    std::uint32_t id{};  ///< 0: free.
  };

  [[nodiscard]] std::size_t first() const noexcept { return base_ == nullptr ? kFirst : base_->size(); }
  [[nodiscard]] std::uint32_t find_own(Attribute attribute, std::string_view text, std::uint64_t hash) const noexcept;

  [[nodiscard]] static std::uint64_t hash_of(Attribute attribute, std::string_view text) noexcept;
  [[nodiscard]] bool holds(std::uint32_t id, Attribute attribute, std::string_view text) const noexcept;
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept { return hash & (slots_.size() - 1); }
  void put(const Slot& slot, std::uint64_t hash) noexcept;
  void grow();

  const ValueTable* base_{};
  Pack<Slot> slots_;            ///< Open addressing, a power of two, at most two thirds full.
  Pack<std::uint32_t> places_;  ///< By id: where its text begins; it ends where the next one begins.
  Pack<char> texts_;            ///< Of each id: the attribute as one byte, then the text.
  std::array<bool, 256> mentioned_{};
};

}  // namespace kassa::discounts
