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
};

[[nodiscard]] std::string encode(const OrderRecord& order);
/// What this process wrote; anything else throws InvariantBroken.
[[nodiscard]] OrderRecord decode_order(std::string_view text);

}  // namespace kassa::ports
