#pragma once
// The one error table of Kassa: every expected failure has a code here, with its public slug, its HTTP status
// and whether a caller may try again unchanged. docs/errors.md is generated from it (tests/unit checks that
// both agree).

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace kassa {

enum class Errc : unsigned char {
  kOk,
  // What the caller sent.
  kMalformedJson,
  kInvalidRequest,
  kBodyTooLarge,
  kCardDataRefused,
  kCurrencyUnknown,
  kCurrencyMismatch,
  kMoneyOverflow,
  kIdempotencyKeyInvalid,
  kIdempotencyKeyRequired,
  kIdempotencyConflict,
  kIdempotencyInFlight,
  // Who the caller is.
  kUnauthorized,
  kForbidden,
  kTestKeyInLiveStore,
  kNotFound,
  kRateLimited,
  // The checkout.
  kCheckoutTerminal,
  kPaymentUnderWay,
  kCheckoutExpired,
  kCheckoutNotReady,
  kVersionConflict,
  kPriceChanged,
  kOutOfStock,
  kItemUnavailable,
  kDiscountLimitReached,
  // Money.
  kPaymentDeclined,
  kPaymentRequiresAction,
  kPaymentOutcomeUnknown,
  kPaymentInstrumentRequired,
  // UCP negotiation.
  kInvalidProfileUrl,
  kProfileUnreachable,
  kProfileMalformed,
  kProfileNotTrusted,
  kVersionUnsupported,
  kCapabilitiesIncompatible,
  // The world around us.
  kStoreUnavailable,
  kStoreCommitUnknown,
  kGuardFailed,
  kSealBroken,
  kUpstreamNotSent,
  kUpstreamUnknown,
  kOverloaded,
  kTimeout,
  kInternal,
  kCount
};

struct ErrorRow {
  Errc code;
  std::string_view slug;
  int http_status;
  bool retryable;
  std::string_view meaning;
};

/// Row `i` describes code `i`; checked at compile time in error.cpp.
extern const std::array<ErrorRow, static_cast<std::size_t>(Errc::kCount)> kErrors;

[[nodiscard]] const ErrorRow& describe(Errc code) noexcept;

/// An expected failure. `detail` is safe to show to the caller; it never holds personal data or secrets.
struct Error {
  Errc code{Errc::kInternal};
  std::string detail{};
  std::string path{};  ///< Where in the request (JSON Pointer or JSONPath); empty when about the whole of it.

  Error() = default;
  Error(Errc code_, std::string detail_ = {}, std::string path_ = {})
      : code(code_), detail(std::move(detail_)), path(std::move(path_)) {}
};

}  // namespace kassa
