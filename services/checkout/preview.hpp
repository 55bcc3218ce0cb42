#pragma once
// What a cart would cost, for a merchant who asks: priced as a checkout is, and explained. Goods may be of the
// catalogue, or only described. Nobody's stock is looked at or touched and nothing is kept. Pure, any thread.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/checkout/quote.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::checkout {

struct PreviewLine {
  std::string item;  ///< As in a checkout; unknown goods need a price.
  std::int64_t quantity{1};
  std::optional<std::int64_t> price;  ///< Of a unit, instead of the catalogue's.
  // Of goods that the catalogue does not have.
  std::string sku;
  ports::ProductView product;
  std::vector<Fact> facts{};  ///< Attributes of the merchant's own, instead of the catalogue's.
};

struct PreviewCart {
  Currency currency;
  std::vector<PreviewLine> lines;
  std::optional<Address> destination;
  std::string shipping_method;  ///< An option's id; empty: none chosen.
  std::string payment_method;   ///< A type of instruments; empty: none chosen.
  std::string email;
  std::optional<std::int64_t> orders_count;          ///< Of this e-mail; empty: not known.
  std::optional<std::vector<std::string>> segments;  ///< The same.
  std::vector<std::string> codes;
  std::shared_ptr<const DrawnCodes> drawn;  ///< What the Store knows of them, when somebody has asked.
  std::vector<Fact> facts{};                ///< Attributes of the merchant's own, of the cart and its customer.
};

struct Preview {
  std::vector<std::shared_ptr<const ports::VariantView>> described;  ///< Lines of the quote point to them.
  Quote quote;
  std::vector<discounts::Explanation> fates;  ///< Of the rules that were asked for, by id or code.
};

/// kInvalidRequest with a path ("/payment_method"): no handler of the store takes that type. kMoneyOverflow.
[[nodiscard]] Result<Preview> preview(const PreviewCart& cart, const Snapshot& snapshot, Instant now,
                                      std::span<const std::string> names);

}  // namespace kassa::checkout
