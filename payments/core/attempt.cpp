#include "payments/core/attempt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "payments/core/decision.hpp"
#include "services/base/ensure.hpp"

namespace kassa::payments {
namespace {

enum class Standing : unsigned char { kOpen, kSuccess, kFailure };

/// One row per state. The rank makes the fold a join: whatever the order of arrival, the highest rank seen is
/// the end state. So a late success outranks a decline, and every definite word outranks "unknown" and "we asked for it
/// back".
struct StateRow {
  AttemptState state;
  std::string_view text;
  int rank;
  Standing standing;
};

constexpr std::array kStates{
    StateRow{AttemptState::kCreated, "created", 0, Standing::kOpen},
    StateRow{AttemptState::kSending, "sending", 1, Standing::kOpen},
    StateRow{AttemptState::kRequiresAction, "requires_action", 3, Standing::kOpen},
    StateRow{AttemptState::kProcessing, "processing", 4, Standing::kOpen},
    StateRow{AttemptState::kAuthorized, "authorized", 10, Standing::kSuccess},
    StateRow{AttemptState::kPartiallyAuthorized, "partially_authorized", 9, Standing::kOpen},
    StateRow{AttemptState::kCapturePending, "capture_pending", 12, Standing::kSuccess},
    StateRow{AttemptState::kCaptured, "captured", 14, Standing::kSuccess},
    StateRow{AttemptState::kPartiallyCaptured, "partially_captured", 13, Standing::kSuccess},
    StateRow{AttemptState::kVoidPending, "void_pending", 5, Standing::kOpen},
    StateRow{AttemptState::kVoided, "voided", 11, Standing::kFailure},
    StateRow{AttemptState::kDeclined, "declined", 8, Standing::kFailure},
    StateRow{AttemptState::kFailed, "failed", 7, Standing::kFailure},
    StateRow{AttemptState::kExpired, "expired", 6, Standing::kFailure},
    StateRow{AttemptState::kUnknown, "unknown", 2, Standing::kOpen},
    StateRow{AttemptState::kReview, "review", 15, Standing::kOpen},
};

struct KindRow {
  EventKind kind;
  std::string_view text;
  AttemptState leads_to;
};

// A refund proves that the money had been captured, even when it is the first thing we hear.
constexpr std::array kKinds{
    KindRow{EventKind::kSent, "sent", AttemptState::kSending},
    KindRow{EventKind::kAuthorized, "authorized", AttemptState::kAuthorized},
    KindRow{EventKind::kCaptured, "captured", AttemptState::kCaptured},
    KindRow{EventKind::kDeclined, "declined", AttemptState::kDeclined},
    KindRow{EventKind::kFailed, "failed", AttemptState::kFailed},
    KindRow{EventKind::kActionRequired, "action_required", AttemptState::kRequiresAction},
    KindRow{EventKind::kProcessing, "processing", AttemptState::kProcessing},
    KindRow{EventKind::kUnknown, "unknown", AttemptState::kUnknown},
    KindRow{EventKind::kVoided, "voided", AttemptState::kVoided},
    KindRow{EventKind::kRefunded, "refunded", AttemptState::kCaptured},
    KindRow{EventKind::kMismatch, "mismatch", AttemptState::kReview},
    KindRow{EventKind::kExpired, "expired", AttemptState::kExpired},
    KindRow{EventKind::kVoidRequested, "void_requested", AttemptState::kVoidPending},
};

consteval bool rows_match_enums() {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (static_cast<std::size_t>(kStates[i].state) != i) return false;
  }
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
  }
  return kStates.size() == static_cast<std::size_t>(AttemptState::kReview) + 1 &&
         kKinds.size() == static_cast<std::size_t>(EventKind::kVoidRequested) + 1;
}
static_assert(rows_match_enums(), "row i of each table must describe enumerator i");

const StateRow& row_of(AttemptState state) noexcept { return kStates[static_cast<std::size_t>(state)]; }
const KindRow& row_of(EventKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }

bool is_charge_success(EventKind kind) noexcept {
  return kind == EventKind::kAuthorized || kind == EventKind::kCaptured;
}

bool amounts_agree(Money amount, const AttemptEvent& event) noexcept {
  switch (event.kind) {
    case EventKind::kMismatch: return false;
    case EventKind::kAuthorized:
    case EventKind::kCaptured: return event.amount == amount;
    case EventKind::kRefunded:
      return event.amount.currency == amount.currency && event.amount.minor > 0 && event.amount.minor <= amount.minor;
    default: return event.amount == Money{} || event.amount == amount;
  }
}

/// Two successes under different names are two charges.
bool names_agree(const AttemptFold& fold, const AttemptEvent& event) noexcept {
  if (!is_charge_success(event.kind) || fold.authorized == 0) return true;
  return fold.gateway_ref.empty() || event.gateway_ref.empty() || fold.gateway_ref == event.gateway_ref;
}

void take_amounts(AttemptFold& fold, Money amount, const AttemptEvent& event) noexcept {
  const bool captures = event.kind == EventKind::kCaptured || event.kind == EventKind::kRefunded;
  if (captures || event.kind == EventKind::kAuthorized) fold.authorized = amount.minor;
  if (captures) fold.captured = amount.minor;
  if (event.kind == EventKind::kRefunded) fold.refunded = std::max(fold.refunded, event.amount.minor);
}

void take_name(AttemptFold& fold, const AttemptEvent& event) {
  if (event.gateway_ref.empty() || event.kind == EventKind::kRefunded) return;
  const bool first_success = is_charge_success(event.kind) && fold.authorized == 0;
  if (fold.gateway_ref.empty() || first_success) fold.gateway_ref = event.gateway_ref;
}

}  // namespace

std::string_view to_text(AttemptState state) noexcept { return row_of(state).text; }
std::string_view to_text(EventKind kind) noexcept { return row_of(kind).text; }

std::optional<AttemptState> attempt_state_from(std::string_view text) noexcept {
  const auto* const row = std::ranges::find(kStates, text, &StateRow::text);
  return row == kStates.end() ? std::nullopt : std::optional{row->state};
}

std::optional<EventKind> event_kind_from(std::string_view text) noexcept {
  const auto* const row = std::ranges::find(kKinds, text, &KindRow::text);
  return row == kKinds.end() ? std::nullopt : std::optional{row->kind};
}

bool is_success(AttemptState state) noexcept { return row_of(state).standing == Standing::kSuccess; }
bool is_definite_failure(AttemptState state) noexcept { return row_of(state).standing == Standing::kFailure; }
bool is_open(AttemptState state) noexcept { return row_of(state).standing == Standing::kOpen; }

AttemptFold apply(AttemptFold fold, Money amount, const AttemptEvent& event) {
  const bool agrees = amounts_agree(amount, event) && names_agree(fold, event);
  take_name(fold, event);
  if (agrees) take_amounts(fold, amount, event);

  const bool about_another_call = event.kind == EventKind::kFailed && fold.state == AttemptState::kUnknown &&
                                  event.detail.starts_with(kDetailNoEffect);
  const AttemptState next = agrees ? row_of(event.kind).leads_to : AttemptState::kReview;
  const bool decided = agrees && event.detail == kDetailDecided && is_open(fold.state);
  if (decided || (!about_another_call && row_of(next).rank > row_of(fold.state).rank)) fold.state = next;

  ensure(fold.captured <= fold.authorized, "captured above authorized");
  ensure(fold.refunded <= fold.captured, "refunded above captured");
  return fold;
}

AttemptFold fold_events(Money amount, const std::vector<AttemptEvent>& events) {
  AttemptFold fold;
  for (const AttemptEvent& event : events) fold = apply(std::move(fold), amount, event);
  return fold;
}

}  // namespace kassa::payments
