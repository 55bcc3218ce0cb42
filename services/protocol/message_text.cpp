#include "services/protocol/message_text.hpp"

#include <algorithm>
#include <array>

#include "services/protocol/text/fill.hpp"
#include "services/protocol/text/phrases.hpp"

namespace kassa::protocol {
namespace {

struct PhraseRow {
  std::string_view code;
  std::string_view path;  ///< Only for messages whose path starts so; empty: any.
  std::string_view end;   ///< Only for messages whose path ends so; empty: any.
  Phrase phrase;
};

/// The first row that fits wins.
constexpr auto kPhraseRows = std::to_array<PhraseRow>({
    {"address_undeliverable", "", "address_country", Phrase::kCountryNeedsCode},
    {"address_undeliverable", "", "address_region", Phrase::kRegionNeedsCode},
    {"address_undeliverable", "", "", Phrase::kAddressUndeliverable},
    {"age_confirmation_required", "", "", Phrase::kAgeConfirmationRequired},
    {"customer_limit", "", "", Phrase::kCustomerLimit},
    {"delivery_ambiguous", "", "", Phrase::kDeliveryAmbiguous},
    {"delivery_missing", "", "", Phrase::kDeliveryMissing},
    {"discount_code_already_applied", "", "", Phrase::kCodeAlreadyApplied},
    {"discount_code_combination_disallowed", "", "", Phrase::kCodeCombinationDisallowed},
    {"discount_code_expired", "", "", Phrase::kCodeExpired},
    {"discount_code_invalid", "", "", Phrase::kCodeInvalid},
    {"discount_code_minimum_not_met", "", "", Phrase::kCodeMinimumNotMet},
    {"discount_code_usage_limit_reached", "", "", Phrase::kCodeUsedUp},
    {"discount_code_user_ineligible", "", "", Phrase::kCodeNotForBuyer},
    {"discount_code_user_not_logged_in", "", "", Phrase::kCodeNeedsKnownBuyer},
    {"discount_limit_reached", "", "", Phrase::kDiscountJustUsedUp},
    {"field_invalid", "", "email", Phrase::kEmailInvalid},
    {"field_invalid", "", "address_country", Phrase::kCountryNeedsCode},
    {"field_invalid", "", "address_region", Phrase::kRegionNeedsCode},
    {"field_required", "", "address_country", Phrase::kCountryRequired},
    {"field_required", "", "address_region", Phrase::kRegionRequired},
    {"field_required", "", "postal_code", Phrase::kPostalCodeRequired},
    {"field_required", "$.line_items", "", Phrase::kItemRequired},
    {"field_required", "$.fulfillment", "", Phrase::kFulfillmentRequired},
    {"field_required", "$.payment", "", Phrase::kPaymentRequired},
    {"field_required", "", "", Phrase::kFieldRequired},
    {"gift_unavailable", "", "", Phrase::kGiftUnavailable},
    {"item_unavailable", "", "", Phrase::kItemUnavailable},
    {"maximum_quantity", "", "", Phrase::kMaximumQuantity},
    {"minimum_quantity", "", "", Phrase::kMinimumQuantity},
    {"no_longer_on_sale", "", "", Phrase::kNoLongerOnSale},
    {"not_found", "", "", Phrase::kNotFound},
    {"not_on_sale_yet", "", "", Phrase::kNotOnSaleYet},
    {"out_of_stock", "", "", Phrase::kOutOfStock},
    {"payment_failed", "", "", Phrase::kPaymentFailed},
    {"payment_unavailable", "", "", Phrase::kPaymentUnavailable},
    {"payment_in_progress", "", "", Phrase::kPaymentInProgress},
    {"price_changed", "", "", Phrase::kPriceChanged},
    {"quantity_adjusted", "", "", Phrase::kQuantityAdjusted},
    {"quantity_multiple", "", "", Phrase::kQuantityMultiple},
    {"reference_removed", "", "", Phrase::kReferenceRemoved},
    {"requires_3ds", "", "", Phrase::kConfirmationRequired},
});

std::string words_of(std::string_view code) {
  std::string out(code);
  std::ranges::replace(out, '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

std::string message_text(const checkout::Message& message, Language language) {
  for (const PhraseRow& row : kPhraseRows) {
    if (row.code == message.code && message.path.starts_with(row.path) && message.path.ends_with(row.end)) {
      return fill_in(text_of(row.phrase, language), message.params);
    }
  }
  return words_of(message.code.empty() ? "notice" : message.code);
}

}  // namespace kassa::protocol
