#include "services/protocol/message_text.hpp"

#include <algorithm>
#include <array>

namespace kassa::protocol {
namespace {

struct TextRow {
  std::string_view code;
  std::string_view path;   ///< Only for messages whose path starts so; empty: any.
  std::string_view text;   ///< {name} stands for a parameter.
  std::string_view end{};  ///< Only for messages whose path ends so; empty: any.
};

constexpr std::string_view kNoCountry = "This is not a two-letter country code of ISO 3166-1, such as US or GB";
constexpr std::string_view kNoRegion = "This is not a region of the country; send its code of ISO 3166-2, such as CA";

/// The first row that fits wins.
constexpr auto kEnglish = std::to_array<TextRow>({
    {"address_undeliverable", "", kNoCountry, "address_country"},
    {"address_undeliverable", "", kNoRegion, "address_region"},
    {"address_undeliverable", "", "No delivery option serves this address"},
    {"delivery_ambiguous", "", "This item belongs to more than one fulfillment method"},
    {"delivery_missing", "", "This item belongs to no fulfillment method"},
    {"discount_code_already_applied", "", "This discount code is already applied"},
    {"discount_code_combination_disallowed", "", "This discount code cannot be combined with the others"},
    {"discount_code_expired", "", "This discount code has expired"},
    {"discount_code_invalid", "", "This discount code is not valid"},
    {"discount_code_minimum_not_met", "", "The order does not reach the minimum of this discount code"},
    {"discount_code_usage_limit_reached", "", "This discount code has been used up"},
    {"discount_code_user_ineligible", "", "This discount code is not for this buyer"},
    {"discount_code_user_not_logged_in", "", "This discount code needs a known buyer"},
    {"discount_limit_reached", "", "A discount of this order has just been used up; check the new total"},
    {"field_invalid", "", "This is not an e-mail address", "email"},
    {"field_invalid", "", kNoCountry, "address_country"},
    {"field_invalid", "", kNoRegion, "address_region"},
    {"field_required", "", "The country is needed, as a two-letter code of ISO 3166-1", "address_country"},
    {"field_required", "", "The region decides the price here: send its code of ISO 3166-2", "address_region"},
    {"field_required", "", "The postal code decides the price here", "postal_code"},
    {"field_required", "$.line_items", "At least one item is required"},
    {"field_required", "$.fulfillment", kFulfillmentMissing},
    {"field_required", "$.payment", "A payment instrument is required"},
    {"field_required", "", "A required field is missing"},
    {"gift_unavailable", "", "A gift is out of stock: {title}"},
    {"item_unavailable", "", kItemNotFound},
    {"not_found", "", "Not found"},
    {"out_of_stock", "", kInsufficientStock},
    {"payment_failed", "", "The payment was declined{reason}; use another payment instrument"},
    {"payment_unavailable", "", "The payment service could not be reached; nothing was charged, try again"},
    {"payment_in_progress", "", "A payment is under way; the checkout cannot be changed until it has ended"},
    {"price_changed", "", "The total has changed; confirm the new total"},
    {"quantity_adjusted", "", "The quantity was reduced to what is in stock"},
    {"reference_removed", "", "A reference that is not part of this checkout was removed: {reference}"},
    {"requires_3ds", "", "The payment needs the buyer's confirmation; send the buyer to continue_url"},
});

std::string_view param(const checkout::Message& message, std::string_view name) {
  for (const auto& [key, value] : message.params) {
    if (key == name) return value;
  }
  return {};
}

std::string fill(std::string_view text, const checkout::Message& message) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const auto close = text.find('}');
    if (close == std::string_view::npos) return out;
    out += param(message, text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string words_of(std::string_view code) {
  std::string out(code);
  std::ranges::replace(out, '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

std::string message_text(const checkout::Message& message) {
  for (const TextRow& row : kEnglish) {
    if (row.code == message.code && message.path.starts_with(row.path) && message.path.ends_with(row.end)) {
      return fill(row.text, message);
    }
  }
  return words_of(message.code.empty() ? "notice" : message.code);
}

}  // namespace kassa::protocol
