#pragma once
// Codes of discount rules' pools, which are in no snapshot: looked up in the Store when a shopper types them, by hash
// and all of a cart at once. What was found, and what was not, stays with the session for a minute, so that neither the
// same cart nor somebody who guesses costs more than one indexed read a change. Reserving (D1) decides who gets a code.
// Any thread.

#include <span>

#include "services/checkout/patch.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

using DrawnPtr = std::shared_ptr<const DrawnCodes>;

/// What the Store says of these codes now; null when there are none, or no pools. `codes` must outlive the call.
asio::awaitable<Result<DrawnPtr>> draw_codes(ports::Store& store, const Snapshot& snapshot,
                                             std::span<const std::string> codes, Instant now);

/// The same for what a change leaves in the cart; null: the session knows already, or nobody needs to.
asio::awaitable<Result<DrawnPtr>> codes_to_draw(ports::Store& store, const Snapshot& snapshot, const Session& session,
                                                const Patch& patch, Instant now);

/// The session with what is known now, whatever was known before.
asio::awaitable<Result<SessionPtr>> with_codes(ports::Store& store, const Snapshot& snapshot, SessionPtr session,
                                               Instant now);

/// Some code is not to be handed to the discount engine as it was typed.
[[nodiscard]] bool must_translate(const Session& session);

/// The session's codes as the discount engine knows them.
[[nodiscard]] std::vector<std::string> asked_codes(const Session& session);

/// The outcome in the words of the shopper: their codes, and why one that somebody has used gives nothing.
void name_typed_codes(const Session& session, discounts::Outcome& outcome);

/// The pool's code that an applied discount needs; null: it needs none.
[[nodiscard]] const DrawnCode* code_spent(const Session& session, const discounts::Applied& applied);
[[nodiscard]] const DrawnCode* code_spent(const Session& session, const discounts::Gift& gift);

}  // namespace kassa::checkout
