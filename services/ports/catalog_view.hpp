#pragma once
// What a checkout reads of a store's catalogue: immutable, built by catalog/, shared by all threads until the next
// revision replaces it. Stock levels are not here (they change with every sale): see stock_view.hpp.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/base/id.hpp"
#include "services/base/money.hpp"

namespace kassa::ports {

struct ProductView {
  ProductId id;
  std::string handle;
  std::string title;
  std::string vendor;
  std::string category;  ///< The merchant's product type.
  std::vector<std::string> tags;
  std::string image_url;
  bool published{true};
};

struct PriceView {
  Currency currency;
  std::int64_t amount{};  ///< Minor units, >= 0.
  std::optional<std::int64_t> compare_at;
};

struct VariantView {
  VariantId id;
  std::shared_ptr<const ProductView> product;
  std::string title;  ///< "Large / Blue"; empty for a product's only variant.
  std::string sku;    ///< May be empty, may repeat.
  std::string image_url;
  std::string tax_class;  ///< "standard" unless the merchant says otherwise.
  std::int64_t grams{};
  bool requires_shipping{true};
  bool taxable{true};
  bool tracked{true};     ///< false: unlimited.
  bool backorder{false};  ///< Policy "continue": may be sold below zero.
  std::vector<PriceView> prices;

  [[nodiscard]] const PriceView* price_in(Currency currency) const noexcept;
  /// "Product" or "Product - Variant".
  [[nodiscard]] std::string full_title() const;
};

struct LocationView {
  LocationId id;
  std::string name;
  std::string country;  ///< ISO 3166-1 alpha-2
  std::string region;
  std::int64_t priority{};  ///< Lower is preferred.
};

class CatalogView {
 public:
  CatalogView() = default;
  CatalogView(std::vector<VariantView> variants, std::vector<LocationView> locations, std::int64_t revision);

  /// By variant id; else, when `id` names a product with exactly one variant, or its SKU is unique, that variant.
  [[nodiscard]] const VariantView* find(std::string_view id) const noexcept;
  [[nodiscard]] const std::vector<VariantView>& variants() const noexcept { return variants_; }
  [[nodiscard]] const std::vector<LocationView>& locations() const noexcept { return locations_; }
  [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }

 private:
  std::vector<VariantView> variants_;
  std::vector<LocationView> locations_;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::int64_t revision_{};
};

}  // namespace kassa::ports
