#pragma once
// Every SQL statement of delivery, one function each. A row is worked on under a lease (claimed_until);
// whoever holds none changes nothing, except that a delivered event is delivered, whoever delivered it.

#include <string>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::webhooks::statements {

using ports::Step;

/// store_id, event_id, target of events that may be sent now: due, unclaimed, and no earlier event of the
/// same order and dialect is still waiting. Oldest first.
Step read_due(Instant now, std::int64_t most);

/// Takes one of them; 0 rows when somebody else did. Returns store_id, event_id, order_id, seq, dialect,
/// target, person_id, sealed_body, created_at, attempts, claimed_until.
Step claim(const StoreId& store, const EventId& event, Instant now, Instant lease_until);

/// Moves an unclaimed event back, behind those of other receivers.
Step put_off(const StoreId& store, const EventId& event, Instant now, Instant due);

Step mark_delivered(const StoreId& store, const EventId& event, Instant now);
Step mark_retry(const StoreId& store, const EventId& event, Instant lease_until, Instant due, std::string why);
Step mark_dead(const StoreId& store, const EventId& event, Instant lease_until, Instant now, std::string why);

/// event_id, order_id, seq, dialect, target, created_at, ended_at, attempts, last_error; ordered by event id.
Step read_dead(const StoreId& store, const std::string& after, std::int64_t most);
Step revive(const StoreId& store, const EventId& event, Instant now);  ///< Guard "not_dead".

}  // namespace kassa::webhooks::statements
