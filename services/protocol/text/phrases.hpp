#pragma once
// Every sentence that Kassa says to a shopper, by name, in each language that it speaks. {name} stands for a parameter.
// A language is one table; a table that lacks a phrase does not compile. Pure, any thread.

#include <array>
#include <cstdint>
#include <string_view>

#include "services/protocol/text/language.hpp"

namespace kassa::protocol {

enum class Phrase : std::uint8_t {
  kCountryNeedsCode,
  kRegionNeedsCode,
  kAddressUndeliverable,
  kAgeConfirmationRequired,
  kCustomerLimit,
  kDeliveryAmbiguous,
  kDeliveryMissing,
  kCodeAlreadyApplied,
  kCodeCombinationDisallowed,
  kCodeExpired,
  kCodeInvalid,
  kCodeMinimumNotMet,
  kCodeUsedUp,
  kCodeNotForBuyer,
  kCodeNeedsKnownBuyer,
  kDiscountJustUsedUp,
  kEmailInvalid,
  kCountryRequired,
  kRegionRequired,
  kPostalCodeRequired,
  kItemRequired,
  kFulfillmentRequired,
  kPaymentRequired,
  kFieldRequired,
  kGiftUnavailable,
  kItemUnavailable,
  kMaximumQuantity,
  kMinimumQuantity,
  kNoLongerOnSale,
  kNotFound,
  kNotOnSaleYet,
  kOutOfStock,
  kPaymentFailed,
  kPaymentUnavailable,
  kPaymentInProgress,
  kPriceChanged,
  kQuantityAdjusted,
  kQuantityMultiple,
  kReferenceRemoved,
  kConfirmationRequired,
  // Of pages and letters.
  kOrderTitle,
  kThankYou,
  kOrderHeld,
  kOrderCancelled,
  kOrderedOn,
  kItems,
  kPreorder,
  kSubtotal,
  kDiscount,
  kShipping,
  kFee,
  kTax,
  kIncludedTax,
  kTotal,
  kDeliveredTo,
  kArrives,
  kPayment,
  kPaymentNone,
  kPaymentPending,
  kPaymentPaid,
  kPaymentRefunded,
  kPaymentPartlyRefunded,
  kPaymentAuthorized,
  kPaymentPartlyPaid,
  kPaymentDisputed,
  kDelivery,
  kDeliveryNone,
  kDeliveryPartial,
  kDeliveryFulfilled,
  kDeliveryReturned,
  kPurchaseOrder,
  kNote,
  kGiftMessage,
  kSeeOrder,
  kCheckoutTitle,
  kCheckoutReady,
  kCheckoutIncomplete,
  kConfirmPayment,
  kConfirmPaymentLink,
  kPaymentChecked,
  kPaymentMade,
  kPaymentDeclined,
  kTryAgain,
  kCheckoutCanceled,
  kLinkInvalid,
  kLinkInvalidWhy,
  kPageAway,
  kEmail,
};
inline constexpr std::size_t kPhrases = static_cast<std::size_t>(Phrase::kEmail) + 1;

/// Without its full stop.
[[nodiscard]] std::string_view text_of(Phrase phrase, Language language) noexcept;

/// A row of a language's table.
struct Wording {
  Phrase phrase;
  std::string_view text;
};
using PhraseTable = std::array<Wording, kPhrases>;

/// The rows stand in the order of the phrases, so that a phrase's number finds its row.
consteval bool is_in_order(const PhraseTable& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].phrase != static_cast<Phrase>(i) || table[i].text.empty()) return false;
  }
  return true;
}

extern const PhraseTable kEnglish;
extern const PhraseTable kGerman;
extern const PhraseTable kSpanish;
extern const PhraseTable kHindi;
extern const PhraseTable kArabic;

}  // namespace kassa::protocol
