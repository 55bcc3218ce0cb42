#pragma once
// What a checkout reads of a store's catalogue: immutable, built by catalog/, shared by all threads until the next
// revision replaces it. Stock levels are not here (they change with every sale): see stock_view.hpp.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/base/id.hpp"
#include "services/base/money.hpp"
#include "services/ports/sale_terms.hpp"

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

/// How many of a variant could be sold now, kept up to date by a stock view (StockView::counter). kForgotten: it is not
/// any more, and the view must be asked.
using StockCounter = std::shared_ptr<const std::atomic<std::int64_t>>;
inline constexpr std::int64_t kForgotten = -1;

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
  StockCounter in_stock;                              ///< May be null: then the stock view is asked.
  std::string full_title;                             ///< "Product" or "Product - Variant"; a CatalogView fills it in.
  std::shared_ptr<const VariantSpecials> specials{};  ///< Null for most.
  std::shared_ptr<const std::vector<Fact>> facts{};   ///< Attributes of the merchant's own; null for most.

  [[nodiscard]] const PriceView* price_in(Currency currency) const noexcept;
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
  [[nodiscard]] const VariantView* find(std::string_view id) const noexcept { return find(id, prepare(id)); }

  /// The same in two steps: whoever looks for several prepares all of them, and their memory arrives together.
  [[nodiscard]] std::size_t prepare(std::string_view id) const noexcept;
  [[nodiscard]] const VariantView* find(std::string_view id, std::size_t prepared) const noexcept;

  [[nodiscard]] const std::vector<VariantView>& variants() const noexcept { return variants_; }
  [[nodiscard]] const std::vector<LocationView>& locations() const noexcept { return locations_; }
  [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }
  /// Some price is for a group of shoppers alone.
  [[nodiscard]] bool has_group_prices() const noexcept { return has_group_prices_; }

 private:
  std::vector<VariantView> variants_;
  enum class Name : std::uint8_t { kVariant, kProduct, kSku };
  /// One name of one variant. Open addressing: a look-up reads one slot, then the variant that it wants anyway.
  struct Slot {
    std::uint32_t place{};  ///< In variants_, from 1; 0: free.
    std::uint32_t tag{};    ///< High bits of the hash, with the kind of name in the lowest two.
  };
  [[nodiscard]] static std::uint32_t tag_of(std::size_t hash, Name kind) noexcept;
  [[nodiscard]] static std::string_view name_of(const VariantView& variant, Name kind) noexcept;
  [[nodiscard]] const Slot* slot_of(std::string_view id, std::size_t hash) const noexcept;
  void put(std::size_t place, Name kind);

  std::vector<LocationView> locations_;
  std::vector<Slot> slots_;  ///< A power of two, at most half of them taken.
  std::int64_t revision_{};
  bool has_group_prices_{false};
};

}  // namespace kassa::ports
