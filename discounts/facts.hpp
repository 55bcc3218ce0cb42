#pragma once
// The cart's texts as ids of the rule set's ValueTable, by column: what conditions compare with and what the index is
// asked for. Private to discounts/; read anew for each evaluation, one thread at a time.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "discounts/attributes.hpp"
#include "discounts/bit_tree.hpp"
#include "discounts/values.hpp"

namespace kassa::discounts {

class CartFacts {
 public:
  /// Attributes that no condition mentions are left out. `found` receives every id that some condition names.
  void read(const CartView& cart, const ValueTable& values, const Registry& registry, BitTree& found);

  /// Country, currency, payment method.
  [[nodiscard]] std::uint32_t of_cart(Attribute attribute) const noexcept {
    if (attribute == Attribute::kCartCountry) return country_;
    return attribute == Attribute::kCartCurrency ? currency_ : payment_;
  }
  /// One id per line; for the attributes of a line that hold one text.
  [[nodiscard]] std::span<const std::uint32_t> column(Attribute attribute) const noexcept {
    return columns_[place_of(attribute)];
  }
  /// One id per shipping entry.
  [[nodiscard]] std::span<const std::uint32_t> shipping() const noexcept { return column(Attribute::kShippingMethod); }
  /// Those of a line that some condition names.
  [[nodiscard]] std::span<const std::uint32_t> tags_of(std::size_t line) const noexcept {
    const std::size_t begin = line == 0 ? 0 : tag_ends_[line - 1];
    return column(Attribute::kLineTags).subspan(begin, tag_ends_[line] - begin);
  }
  [[nodiscard]] std::span<const std::uint32_t> segments() const noexcept {
    return column(Attribute::kCustomerSegments);
  }
  /// The texts of an attribute of the merchant's own, of the cart or of one line; empty when it has none.
  struct Own {
    std::span<const std::uint32_t> ids;
    bool known{};
  };
  [[nodiscard]] Own own(Attribute attribute, std::size_t line) const noexcept;

  /// Whether the cart itself, not a line of it, has this value.
  [[nodiscard]] bool cart_has(std::uint32_t id) const noexcept {
    for (const std::uint32_t held : cart_ids_) {
      if (held == id) return true;
    }
    return false;
  }
  [[nodiscard]] std::span<const std::uint32_t> cart_ids() const noexcept { return cart_ids_; }
  /// The attributes of which the cart itself has a text that some condition names: kAttributeBits and more.
  [[nodiscard]] std::uint32_t cart_attributes() const noexcept { return cart_attributes_; }

 private:
  struct OwnTexts {
    Attribute attribute{};
    std::uint32_t line{};
    std::uint32_t begin{};
    std::uint32_t end{};
  };
  template <class Items, class Text>
  void read_column(Attribute attribute, const Items& items, Text text);
  void read_tags(const CartView& cart);
  void read_own(std::span<const Fact> facts, const Registry& registry, bool in_line, std::uint32_t line);
  std::uint32_t note(std::uint32_t id);
  std::uint32_t note_cart(Attribute attribute, std::uint32_t id);

  const ValueTable* values_{};
  BitTree* found_{};
  std::uint32_t country_{};
  std::uint32_t currency_{};
  std::uint32_t payment_{};
  std::uint32_t cart_attributes_{};
  std::array<std::vector<std::uint32_t>, kAttributes> columns_;
  std::vector<std::uint32_t> tag_ends_;
  std::vector<std::uint32_t> cart_ids_;
  std::vector<OwnTexts> own_;
  std::vector<std::uint32_t> own_ids_;
  std::vector<std::uint64_t> prepared_;  ///< Hashes of the column at hand.
};

}  // namespace kassa::discounts
