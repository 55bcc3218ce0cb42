#pragma once
// One try at one gateway. Append-only events are the truth; amounts and state are their fold, so duplicate
// and late events are harmless. A timeout is kUnknown, never a failure, and only a definite answer leaves
// kUnknown.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/money.hpp"

namespace kassa::payments {

enum class AttemptState : unsigned char {
  kCreated,
  kSending,
  kRequiresAction,
  kProcessing,
  kAuthorized,
  kPartiallyAuthorized,
  kCapturePending,
  kCaptured,
  kPartiallyCaptured,
  kVoidPending,
  kVoided,
  kDeclined,
  kFailed,
  kExpired,
  kUnknown,
  kReview
};
[[nodiscard]] std::string_view to_text(AttemptState state) noexcept;
[[nodiscard]] std::optional<AttemptState> attempt_state_from(std::string_view text) noexcept;

/// The money is ours or promised to us: the order may be confirmed.
[[nodiscard]] bool is_success(AttemptState state) noexcept;
/// Surely nothing was charged: stock and discounts may be released and the shopper may try again.
[[nodiscard]] bool is_definite_failure(AttemptState state) noexcept;
/// Nobody knows yet, or somebody still has to act: keep the reservation.
[[nodiscard]] bool is_open(AttemptState state) noexcept;

enum class EventKind : unsigned char {
  kSent,
  kAuthorized,
  kCaptured,
  kDeclined,
  kFailed,
  kActionRequired,
  kProcessing,
  kUnknown,
  kVoided,
  kRefunded,
  kMismatch,
  kExpired,
  kVoidRequested  ///< Written down by us before the gateway is asked to give a charge back.
};
[[nodiscard]] std::string_view to_text(EventKind kind) noexcept;
[[nodiscard]] std::optional<EventKind> event_kind_from(std::string_view text) noexcept;

/// Details that mean something to Kassa itself.
/// Of kFailed, alone or followed by ":<word>": this one call had no effect (not sent, refused before it was
/// executed). It says nothing about an earlier send of the same attempt.
inline constexpr std::string_view kDetailNoEffect = "no_effect";
/// Of kFailed: the gateway positively knows no such charge.
inline constexpr std::string_view kDetailNotFound = "not_found";

struct AttemptEvent {
  EventKind kind{EventKind::kSent};
  std::string gateway_ref;  ///< The gateway's name for the charge: one per attempt. Of kRefunded: the refund's.
  /// kAuthorized, kCaptured: what the gateway says it holds. kRefunded: everything it has given back so far,
  /// a total, so that a repeated or late event is harmless. The others: the attempt's amount, or Money{} for
  /// "says nothing".
  Money amount;
  std::string detail;  ///< Decline code or a word; never personal data.
  Instant at;
};

/// The cached fold of an attempt's events.
struct AttemptFold {
  AttemptState state{AttemptState::kCreated};
  std::int64_t authorized{};
  std::int64_t captured{};
  std::int64_t refunded{};
  std::string gateway_ref;
};

/// Applies one event to a fold of an attempt over `amount`. An event that changes nothing leaves the fold
/// equal. An amount or currency other than the attempt's, or a success under a second gateway_ref, turns it
/// to kReview (integrity hold), which is final for the state while amounts are still recorded. kFailed with
/// kDetailNoEffect does not end kUnknown.
[[nodiscard]] AttemptFold apply(AttemptFold fold, Money amount, const AttemptEvent& event);
[[nodiscard]] AttemptFold fold_events(Money amount, const std::vector<AttemptEvent>& events);

}  // namespace kassa::payments
