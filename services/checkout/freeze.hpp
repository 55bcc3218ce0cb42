#pragma once
// A quote that no longer changes: once a completion begins, what was accepted is kept with the session, and the order
// is written from it. A catalogue change can then never alter what somebody is paying for.

#include <string>
#include <string_view>

#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/order_record.hpp"

namespace kassa::checkout {

/// When a session's row is committed: before its shopper is answered (a completion, a cancel), a moment later, or
/// before the answer and in place of a shared cache that is away, so that nobody goes on from it without the Store.
enum class Written : unsigned char { kBeforeTheAnswer, kAfterTheAnswer, kInPlaceOfTheCache };

/// The journal's text: the session, and its quote when it is frozen (state other than open).
[[nodiscard]] std::string encode_frozen(const Session& session, const Quote* quote,
                                        Written written = Written::kAfterTheAnswer);

struct Thawed {
  Session session;
  std::shared_ptr<const Quote> quote;  ///< Null for an open session.
  Written written{Written::kAfterTheAnswer};
};
[[nodiscard]] Thawed decode_frozen(std::string_view text);

/// The order record of a session and its accepted quote.
[[nodiscard]] ports::OrderRecord make_order(const Session& session, const Quote& quote, const Snapshot& snapshot);

}  // namespace kassa::checkout
