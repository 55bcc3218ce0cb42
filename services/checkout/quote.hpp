#pragma once
// What a session costs right now: the output of pricing. Signed components sum to the total; parts sum to their whole.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "services/base/clock.hpp"
#include "services/base/money.hpp"
#include "services/checkout/message.hpp"
#include "services/checkout/session.hpp"
#include "services/ports/catalog_view.hpp"
#include "shipping/core/zones.hpp"

namespace kassa::checkout {

enum class ComponentKind : unsigned char { kSubtotal, kItemsDiscount, kDiscount, kFulfillment, kFee, kTax };
[[nodiscard]] std::string_view to_text(ComponentKind kind) noexcept;

struct Component {
  ComponentKind kind{ComponentKind::kSubtotal};
  std::string label;      ///< A word for the renderer: rule title, tax name; may be empty.
  std::int64_t amount{};  ///< Signed effect on the total.
};

struct TaxEntry {
  std::string name;
  std::string jurisdiction;  ///< "DE", "US-CA"
  std::int64_t bps{};
  std::int64_t base{};
  std::int64_t amount{};  ///< >= 0; contained in the prices when `included`.
  bool included{false};
};

/// What few lines have to tell besides.
struct LineDetail {
  SharedList<LineProperty> properties;
  bool listed{false};                      ///< The unit price is of a price list.
  std::string price_list;                  ///< Its name, when it has one.
  std::optional<std::int64_t> compare_at;  ///< Of that list.
  std::optional<Instant> preorder_until;   ///< Sent from then on.
  std::int64_t minimum_age{};
};

struct QuoteLine {
  LineId id;
  LineId parent;
  std::string item;  ///< The variant's id, or what was asked for when there is no such variant.
  std::string title;
  std::string image_url;
  std::string sku;
  bool ships{true};
  bool gift{false};  ///< Of a discount rule: see gifts.hpp.
  // Owned by Quote::catalog; null: unavailable, or a frozen quote.
  const ports::ProductView* product{};
  const ports::VariantView* variant{};
  std::int64_t quantity{};
  std::int64_t unit_price{};
  std::int64_t subtotal{};                     ///< Gross, >= 0.
  std::int64_t items_discount{};               ///< >= 0, by product discounts.
  std::int64_t order_discount{};               ///< >= 0, its share of order and payment discounts.
  std::int64_t tax{};                          ///< >= 0, its share.
  std::shared_ptr<const LineDetail> detail{};  ///< Null for most.
  [[nodiscard]] std::int64_t net() const noexcept { return subtotal - items_discount - order_discount; }
};

struct QuoteGroup {
  std::string id;
  std::vector<LineId> lines;
  std::vector<shipping::Option> options;
  std::string selected;     ///< Option id, empty: none.
  std::int64_t amount{};    ///< Of the selected option.
  std::int64_t discount{};  ///< >= 0, by shipping discounts.
};

struct Place {
  std::string country;  ///< As sent; it counts only when it is one.
  std::string region;   ///< As region_code() writes it.
  std::string postal_code;
  /// Who says so: a delivery's destination, by their numbers, or the context.
  std::optional<std::size_t> delivery;
  std::size_t destination{};
};

struct QuoteDelivery {
  std::string id;
  std::string type;
  std::vector<LineId> lines;
  SharedList<Destination> destinations;
  std::string selected;
  std::vector<QuoteGroup> groups;
  std::optional<Place> place;  ///< Where it takes goods; empty: nowhere yet, or it carries none. Not kept.
};

struct Quote {
  std::shared_ptr<const ports::CatalogView> catalog;  ///< Keeps the variants that lines point to.
  Currency currency;
  std::vector<QuoteLine> lines;
  std::vector<QuoteDelivery> deliveries;
  discounts::Outcome discounts;
  std::vector<Component> components;  ///< In rendering order; sums to `total`.
  std::vector<TaxEntry> taxes;
  std::int64_t total{};
  std::vector<Message> messages;      ///< Without the session's notices.
  bool needs_delivery{false};         ///< Some line must be shipped.
  bool ready{false};                  ///< Nothing stands in the way of completing.
  std::string hash;                   ///< Of what the shopper accepts.
  std::int64_t revision{};            ///< Of the snapshot it was priced with.
  std::optional<Instant> changes_at;  ///< Time alone may change it then.
};

/// Covers currency, line ids, items, quantities, unit prices, properties, discounts, chosen options and prices, tax,
/// fees, total;
/// never rule versions, messages or time.
[[nodiscard]] std::string quote_hash(const Quote& quote);

}  // namespace kassa::checkout
