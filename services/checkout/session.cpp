#include "services/checkout/session.hpp"

#include <array>

#include "services/base/ensure.hpp"

namespace kassa::checkout {
namespace {

constexpr std::array<std::string_view, 6> kStates{"open",      "completing", "needs_buyer",
                                                  "completed", "canceled",   "expired"};

}  // namespace

std::string_view to_text(State state) noexcept { return kStates[static_cast<std::size_t>(state)]; }

State state_from(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text) return static_cast<State>(i);
  }
  ensure(false, "unknown checkout state in the store");
  return State::kOpen;
}

bool is_terminal(State state) noexcept {
  return state == State::kCompleted || state == State::kCanceled || state == State::kExpired;
}

const std::string* accepted_by(const Session& session, std::string_view caller) noexcept {
  for (const Accepted& entry : session.accepted) {
    if (entry.caller == caller) return &entry.quote_hash;
  }
  return nullptr;
}

void accept(Session& session, std::string_view caller, std::string quote_hash) {
  for (Accepted& entry : session.accepted) {
    if (entry.caller != caller) continue;
    entry.quote_hash = std::move(quote_hash);
    return;
  }
  session.accepted.push_back(Accepted{std::string(caller), std::move(quote_hash)});
}

}  // namespace kassa::checkout
