#pragma once
// Products as a shopper is shown them: what the catalogue offers, its texts, and what is in stock, put together for one
// answer. Pure, but for the stock levels that it reads.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/clock.hpp"
#include "services/catalog/product_texts.hpp"
#include "services/catalog/search.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::protocol {

/// Which of the caller's ids meant a variant, and how.
struct LookupInput {
  std::string id;
  bool exact{true};  ///< False: it named the product, and this variant was chosen to stand for it.
};

struct ShownVariant {
  const ports::VariantView* variant{};
  ports::PriceView price;
  std::string_view status;  ///< in_stock, backorder, preorder, out_of_stock or discontinued.
  bool available{false};
  std::string barcode;
  std::vector<std::string> options;  ///< Values, in the order of the product's option names.
  std::vector<LookupInput> inputs{};
};

struct ShownProduct {
  const ports::ProductView* product{};
  std::string description;
  std::vector<std::string> images;
  std::vector<std::string> option_names;
  std::vector<ShownVariant> variants;  ///< In the merchant's order, but the first that can be bought in front.
};

struct ShownOption {
  std::string name;
  std::string label;
};

/// How much of a product's choice is made.
struct Selection {
  std::vector<ShownOption> selected;
  std::vector<std::string> preferences;  ///< Names of options, the ones to keep first.
  const ports::VariantView* named{};     ///< The request's own: it goes before others that fit as well.
};

struct StockNow {
  const ports::StockView& stock;
  const StoreId& store;
  Instant now;
};

/// `text` may be null: the product is newer than the texts that were read.
[[nodiscard]] ShownProduct show_product(const catalog::OfferedProduct& offered, const catalog::ProductText* text,
                                        const StockNow& stock);

/// Of that option; empty when the product has no such option.
[[nodiscard]] std::string_view label_of(const ShownProduct& product, const ShownVariant& variant,
                                        std::string_view option);

/// Whether a variant has all of these.
[[nodiscard]] bool has_options(const ShownProduct& product, const ShownVariant& variant,
                               std::span<const ShownOption> wanted);

/// What of the selection some variant has: as long as none has all, the last preference goes first, then whatever was
/// named last. Nothing selected: the options of the first variant. Puts in front what fits: the named variant, else the
/// first that can be bought, else the first.
[[nodiscard]] std::vector<ShownOption> settle_selection(ShownProduct& product, const Selection& selection);

}  // namespace kassa::protocol
