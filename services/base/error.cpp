#include "services/base/error.hpp"

namespace kassa {
namespace {

constexpr std::size_t kErrorCount = static_cast<std::size_t>(Errc::kCount);

constexpr std::array<ErrorRow, kErrorCount> kErrorRows{{
    {Errc::kOk, "ok", 200, false, "Success."},

    {Errc::kMalformedJson, "malformed_json", 400, false, "The body is not one strict JSON document."},
    {Errc::kInvalidRequest, "invalid_request", 400, false, "A field is missing, of the wrong type or out of range."},
    {Errc::kBodyTooLarge, "body_too_large", 413, false, "The body exceeds the size limit."},
    {Errc::kCardDataRefused, "card_data_refused", 400, false,
     "The request carries a card number; only tokens of a payment provider are accepted."},
    {Errc::kCurrencyUnknown, "currency_unknown", 422, false, "The currency code is not in ISO 4217."},
    {Errc::kCurrencyMismatch, "currency_mismatch", 422, false, "Two amounts of different currencies were combined."},
    {Errc::kMoneyOverflow, "money_overflow", 422, false, "An amount is too large to be counted exactly."},
    {Errc::kIdempotencyKeyInvalid, "idempotency_key_invalid", 400, false,
     "The idempotency key is empty, too long or not visible ASCII."},
    {Errc::kIdempotencyKeyRequired, "idempotency_key_required", 400, false, "This operation needs an idempotency key."},
    {Errc::kIdempotencyConflict, "idempotency_conflict", 409, false,
     "The idempotency key was used before with a different request."},
    {Errc::kIdempotencyInFlight, "idempotency_in_flight", 409, true,
     "The first request with this idempotency key is still running."},

    {Errc::kUnauthorized, "unauthorized", 401, false, "The caller did not prove who it is."},
    {Errc::kForbidden, "forbidden", 403, false, "The caller may not do this."},
    {Errc::kTestKeyInLiveStore, "test_key_in_live_store", 403, false,
     "A test key cannot complete a checkout of a live store."},
    {Errc::kNotFound, "not_found", 404, false, "There is no such thing, or not for this caller."},
    {Errc::kRateLimited, "rate_limited", 429, true, "Too many requests; wait as long as Retry-After says."},

    {Errc::kCheckoutTerminal, "checkout_terminal", 409, false, "The checkout is completed or canceled."},
    {Errc::kPaymentUnderWay, "payment_in_progress", 409, false,
     "A payment of this checkout is under way; it cannot be changed until that has ended."},
    {Errc::kCheckoutExpired, "checkout_expired", 410, false, "The checkout has expired; start a new one."},
    {Errc::kCheckoutNotReady, "checkout_not_ready", 409, false,
     "The checkout still lacks something before it can be completed."},
    {Errc::kVersionConflict, "version_conflict", 409, false, "Someone else changed it first; read it again."},
    {Errc::kPriceChanged, "price_changed", 409, false, "A price changed since it was shown; confirm the new total."},
    {Errc::kOutOfStock, "out_of_stock", 409, false, "There is not enough stock."},
    {Errc::kItemUnavailable, "item_unavailable", 409, false, "The item is not for sale."},
    {Errc::kDiscountLimitReached, "discount_limit_reached", 409, false, "The discount has been used up."},

    {Errc::kPaymentDeclined, "payment_declined", 402, false, "The payment provider declined the payment."},
    {Errc::kPaymentRequiresAction, "payment_requires_action", 402, false,
     "The buyer must take a step with the payment provider first."},
    {Errc::kPaymentOutcomeUnknown, "payment_outcome_unknown", 202, true,
     "Whether the payment succeeded is being found out; ask again, do not pay again."},
    {Errc::kPaymentInstrumentRequired, "payment_instrument_required", 422, false,
     "No usable payment instrument was given."},

    {Errc::kInvalidProfileUrl, "invalid_profile_url", 400, false,
     "The platform profile address is missing, malformed or not https."},
    {Errc::kProfileUnreachable, "profile_unreachable", 424, true, "The platform profile could not be fetched."},
    {Errc::kProfileMalformed, "profile_malformed", 422, false, "The platform profile is not a valid profile."},
    {Errc::kProfileNotTrusted, "profile_not_trusted", 403, false, "The platform is not on the list of this store."},
    {Errc::kVersionUnsupported, "version_unsupported", 422, false, "No common protocol version."},
    // 200 because UCP answers a failed negotiation in the body, with ucp.status "error".
    {Errc::kCapabilitiesIncompatible, "capabilities_incompatible", 200, false,
     "Both sides share no capability that this operation needs."},

    {Errc::kStoreUnavailable, "store_unavailable", 503, true, "The database cannot be reached; nothing was changed."},
    {Errc::kStoreCommitUnknown, "store_commit_unknown", 503, true,
     "Whether the change was kept is unknown; repeat it with the same idempotency key."},
    {Errc::kGuardFailed, "guard_failed", 409, true, "A concurrent change got in between; nothing was changed."},
    {Errc::kSealBroken, "seal_broken", 500, false, "Stored data failed its integrity check."},
    {Errc::kUpstreamNotSent, "upstream_not_sent", 502, true, "A remote service was not reached; nothing was sent."},
    {Errc::kUpstreamUnknown, "upstream_unknown", 502, true,
     "A remote service did not answer; it may or may not have acted."},
    {Errc::kOverloaded, "overloaded", 503, true, "Too much work at once; nothing was changed."},
    {Errc::kTimeout, "timeout", 504, true, "The request took too long."},
    {Errc::kInternal, "internal", 500, false, "A fault in Kassa; the log has the details."},
}};

consteval bool error_rows_match_codes() {
  for (std::size_t i = 0; i < kErrorRows.size(); ++i) {
    if (static_cast<std::size_t>(kErrorRows[i].code) != i) return false;
    if (kErrorRows[i].slug.empty() || kErrorRows[i].meaning.empty()) return false;
    if (kErrorRows[i].http_status < 200 || kErrorRows[i].http_status > 599) return false;
  }
  return true;
}
static_assert(error_rows_match_codes(), "row i of the error table must describe code i");

}  // namespace

constinit const std::array<ErrorRow, kErrorCount> kErrors = kErrorRows;

const ErrorRow& describe(Errc code) noexcept {
  const auto row = static_cast<std::size_t>(code);
  return row < kErrors.size() ? kErrors[row] : kErrors[static_cast<std::size_t>(Errc::kInternal)];
}

}  // namespace kassa
