#pragma once
// An order as it was bought: frozen at completion, never recomputed. Checkout writes it, orders/ reads it, codecs
// render it. Sealed at rest under the buyer's key, because it holds the delivery address.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/json.hpp"
#include "services/base/money.hpp"

namespace kassa::ports {

/// What the buyer wants done with a line: {"engraving", "For Ada"}. Personal.
struct OrderProperty {
  std::string name;
  std::string value;
};

struct OrderLine {
  std::string id;
  std::string parent;
  std::string item;  ///< Variant id.
  std::string title;
  std::string image_url;
  std::string sku;
  std::int64_t quantity{};
  std::int64_t unit_price{};
  std::int64_t subtotal{};
  std::int64_t items_discount{};
  std::int64_t order_discount{};
  std::int64_t tax{};
  bool ships{true};
  std::vector<OrderProperty> properties{};
  std::string price_list{};  ///< That the unit price is of; empty: the catalogue's price, or of a list without a name.
  std::optional<std::int64_t> compare_at{};  ///< Of that list.
  std::optional<Instant> preorder_until{};   ///< Sent from then on.
};

struct OrderComponent {
  std::string kind;  ///< "subtotal", "items_discount", "discount", "fulfillment", "fee", "tax"
  std::string label;
  std::int64_t amount{};
};

struct OrderTax {
  std::string name;
  std::string jurisdiction;
  std::int64_t bps{};
  std::int64_t base{};
  std::int64_t amount{};
  bool included{};
};

struct OrderAddress {
  std::string first_name, last_name, phone;
  std::string street, extended, locality, region, postal_code, country;
};

/// What was promised: one per package with its chosen option.
struct OrderDelivery {
  std::string id;
  std::string type;  ///< "shipping"
  std::vector<std::string> lines;
  OrderAddress address;
  std::string option;
  std::string title;
  std::string carrier;
  std::int64_t amount{};
  std::optional<Instant> earliest;
  std::optional<Instant> latest;
};

struct OrderDiscount {
  std::string rule;
  std::string title;
  std::string code;
  std::int64_t amount{};
};

/// Who hears about this order: the platform that made it.
struct OrderAudience {
  std::string owner;
  std::string profile_url;
  std::string webhook_url;
  std::string version;
};

struct OrderRecord {
  OrderId id;
  CheckoutId checkout;
  Currency currency;
  std::vector<OrderLine> lines;
  std::vector<OrderComponent> components;
  std::vector<OrderTax> taxes;
  std::vector<OrderDelivery> deliveries;
  std::vector<OrderDiscount> discounts;
  std::int64_t total{};
  std::string email;        ///< Of the buyer, for the confirmation; may be empty.
  std::string attribution;  ///< JSON object text.
  std::string permalink_url;
  OrderAudience audience;
  std::string note{};  ///< Of the buyer, to the merchant. Personal, as is the gift message.
  std::string gift_message{};
  std::string purchase_order{};                 ///< The buyer's own number.
  std::optional<std::int64_t> confirmed_age{};  ///< The buyer has confirmed to be of this age.
  std::string tax_exempt_reason{};              ///< Empty: taxed as usual.
  std::string tax_exempt_id{};
};

[[nodiscard]] std::string encode(const OrderRecord& order);
/// What this process wrote; anything else throws InvariantBroken.
[[nodiscard]] OrderRecord decode_order(std::string_view text);

}  // namespace kassa::ports
