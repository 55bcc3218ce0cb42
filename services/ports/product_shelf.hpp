#pragma once
// The published products of one catalogue in the order of their ids, with what hangs on them: made once for each
// revision, immutable, shared by all threads. It keeps its catalogue alive.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/ports/catalog_view.hpp"

namespace kassa::ports {

class ProductShelf {
 public:
  explicit ProductShelf(std::shared_ptr<const CatalogView> catalog);

  struct Product {
    const ProductView* view{};
    std::span<const VariantView* const> variants;  ///< By id, never empty.
  };

  /// Places are numbers from 0 to size() - 1, by product id.
  [[nodiscard]] std::size_t size() const noexcept { return starts_.empty() ? 0 : starts_.size() - 1; }
  [[nodiscard]] Product at(std::size_t place) const noexcept;
  /// size(): there is no such product.
  [[nodiscard]] std::size_t place_of(std::string_view product_id) const noexcept;
  /// The first place behind this id, whether there is such a product or not.
  [[nodiscard]] std::size_t place_after(std::string_view product_id) const noexcept;
  /// Places of a category, compared folded; ascending.
  [[nodiscard]] std::span<const std::uint32_t> places_in(std::string_view category) const;
  /// The category's spelling for places_in and for comparing two of them.
  [[nodiscard]] static std::string category_key(std::string_view category);
  [[nodiscard]] const CatalogView& catalog() const noexcept { return *catalog_; }

 private:
  [[nodiscard]] std::string_view id_at(std::size_t place) const noexcept;

  std::shared_ptr<const CatalogView> catalog_;
  std::vector<const VariantView*> variants_;  // By product, then by id.
  std::vector<std::uint32_t> starts_;         // Of each product in variants_, and the end.
  std::unordered_map<std::string, std::vector<std::uint32_t>> categories_;
};

}  // namespace kassa::ports
