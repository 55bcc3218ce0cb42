#pragma once
// Every SQL statement of the checkout, one function each. The shapes carry the invariants (docs/architecture.md,
// "durable steps"): guarded updates instead of check-then-write, claims by insert, versions in every WHERE.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "payments/core/gateways.hpp"
#include "services/checkout/session.hpp"
#include "services/ports/allocate.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

/// A row of the idempotency table that this process is working on.
struct Claim {
  StoreId store;
  std::string scope;
  std::string key;
  std::string fingerprint;
  std::string rendering;
  CheckoutId checkout;
  PersonId person;
  std::int64_t version{1};
};

/// A row of the attempt table.
struct AttemptRow {
  AttemptId id;
  OrderId order;
  std::int64_t n{};
  GatewayId gateway;
  std::int64_t version{1};
  std::int64_t next_seq{1};
  Instant created_at;
  Instant moved_at{};         ///< Of late work only.
  std::string giving_back{};  ///< Why the gateway was asked to give it back; empty: it was not.
  payments::AttemptFold fold;
  payments::ChargeRequest request;
};

struct LedgerLine {
  std::string account;
  std::int64_t amount{};
};

namespace statements {

using ports::SqlValue;
using ports::Step;

// Sessions.
Step read_checkout(const StoreId& store, const CheckoutId& id);
Step existing_checkouts(const StoreId& store, const std::array<CheckoutId, 3>& ids);
Step read_answers(const StoreId& store, const CheckoutId& id);  ///< As many as a session keeps, newest first.
Step read_answer(const StoreId& store, const CheckoutId& id, const std::string& answer_key);
Step raise_epoch(const StoreId& store, const CheckoutId& id, std::int64_t from);
Step journal_checkout(const Session& session, SqlValue sealed_body);
/// D1 or a cancel, with the epoch and n each raised by one, so that edits of the old epoch lose from then on. Guard
/// "checkout_moved": the row is not open, or newer than what was raised; an edit that another process journaled counts.
Step lock_checkout(const Session& session, SqlValue sealed_body);
Step settle_checkout(const Session& session, SqlValue sealed_body);  ///< D2, D3, cancel of what D1 locked.
Step write_person(const Session& session, std::optional<Bytes> email_hash);
/// The same, and always a write: an erasure and a payment wait for each other's row. Guard "erased".
Step claim_person(const Session& session, std::optional<Bytes> email_hash, std::optional<Bytes> phone_hash = {});
/// Nothing where the checkout's row is another person's: a create that lost its place. In the place of one whose key is
/// forgotten.
Step write_answer(const Session& session, const StoredAnswer& answer, Bytes sealed_body);

/// Of what a shared cache was perhaps not told.
Step note_untold(const StoreId& store, const CheckoutId& id, Instant now);
Step untold_checkouts(std::int64_t most);  ///< With the row's epoch, 0 without one.
Step forget_untold(const StoreId& store, const CheckoutId& id, Instant noted_at);

// Idempotency.
Step claim_key(const Claim& claim, Instant now, Instant lease_until);  ///< Guard "key_used".
Step read_key(const StoreId& store, const std::string& scope, const std::string& key);
Step finish_key(const Claim& claim, int status, Bytes sealed_answer);  ///< Guard "fenced".
Step hold_key(const Claim& claim, Instant lease_until);                ///< Still ours, for longer. Guard "fenced".
/// A lease that no clock ends: somebody else must ask.
inline constexpr Instant kNotByItself{std::chrono::milliseconds(4'102'444'800'000)};
Step park_key(const Claim& claim, Instant lease_until);  ///< Guard "fenced".
Step take_over_key(const StoreId& store, const std::string& scope, const std::string& key, Instant now,
                   Instant lease_until);  ///< Guard "not_lapsed".
Step running_key_of(const StoreId& store, const CheckoutId& checkout);
Step lapse_all();
Step lapsed_keys(Instant now, std::int64_t most);
Step finished_key(const Claim& claim, int status, Bytes sealed_answer, Instant now);  ///< Claimed and finished in one.

// Stock and discounts.
/// Label of the guard that a customer's own limit failed; the rule's id follows.
inline constexpr std::string_view kCustomerLimit = "customer_limit:";
Step reserve_stock(const StoreId& store, const ports::Allocation& allocation);  ///< Guard "out_of_stock".
Step sell_reserved(const StoreId& store, const OrderId& order);
Step release_reserved(const StoreId& store, const OrderId& order);
Step add_reservation(const StoreId& store, const OrderId& order, const ports::Allocation& allocation,
                     Instant expires_at);
Step forget_released(const StoreId& store, const OrderId& order);
Step mark_reservations(const StoreId& store, const OrderId& order, std::string state);
/// Label of the guard that a rule's limit for everybody failed; the rule's id follows.
inline constexpr std::string_view kUsedUp = "discount_limit:";
Step use_discount(const StoreId& store, const std::string& rule);  ///< Guard kUsedUp.
/// A use by a customer, for an order, and what that takes of the rule's budget (nothing: it has none).
struct Redemption {
  StoreId store;
  std::string rule;
  std::string customer;
  OrderId order;
  std::int64_t per_customer_max{};
  std::optional<Money> spends{};
};
Step redeem(const Redemption& use);  ///< The lowest free number of this customer. Guard kCustomerLimit.
/// What an order takes of a variant that each customer can have only so much of.
struct LimitedTake {
  StoreId store;
  std::string variant;
  std::string customer;
  OrderId order;
  std::int64_t quantity{};
  std::int64_t most{};  ///< Of all orders of the customer.
};
/// Label of the guard that a customer has had too much of a variant; the variant's id follows.
inline constexpr std::string_view kItemLimit = "item_limit:";
Step take_limited(const LimitedTake& take);  ///< Guard kItemLimit.
Step note_limited(const LimitedTake& take);
Step read_limited(const StoreId& store, const std::string& variant, const std::string& customer);
Step return_limited(const StoreId& store, const OrderId& order);
Step forget_limited(const StoreId& store, const OrderId& order);
/// Label of the guard that a budget has less left than is asked for; the rule's id follows.
inline constexpr std::string_view kBudget = "discount_budget:";
Step spend_budget(const StoreId& store, const std::string& rule, Money amount, std::int64_t most);  ///< Guard kBudget.
Step read_spent(const StoreId& store, const std::string& rule, Currency currency);
/// code_hash, discount_id, order_id of those there are; at most as many hashes as a checkout has codes.
Step find_codes(const StoreId& store, const std::vector<std::string>& hashes);
Step use_code(const StoreId& store, const std::string& hash, const std::string& rule,
              const OrderId& order);  ///< kCodeUsed
inline constexpr std::string_view kCodeUsed = "code_used";
Step return_codes(const StoreId& store, const OrderId& order);
Step return_uses(const StoreId& store, const OrderId& order);
Step return_budgets(const StoreId& store, const OrderId& order);
Step forget_redemptions(const StoreId& store, const OrderId& order);

// Orders and attempts.
struct OrderRow {
  StoreId store;
  OrderId order;
  CheckoutId checkout;
  PersonId person;
  Money total;
  std::string owner;
  SqlValue sealed_body;
  Instant now;
};
Step add_order(const OrderRow& row);
Step redraft_order(const OrderRow& row);  ///< Guard "order_moved".
Step confirm_order(const StoreId& store, const OrderId& order, std::string payment_state, std::int64_t number,
                   Instant now);  ///< Guard "order_moved".
inline constexpr std::int64_t kOrdersCountedMax = 1'000;
/// Orders of a buyer, at most so many: bought, or being paid for.
Step find_orders(const StoreId& store, const Bytes& email_hash);
/// Whoever reserves for a buyer waits for the one before, whose order the next statement sees.
Step take_turn(const StoreId& store, const Bytes& email_hash);
/// Guard kOrdersChanged: the buyer has not as many orders as the price was made for.
Step check_orders(const StoreId& store, const Bytes& email_hash, std::int64_t count);
inline constexpr std::string_view kOrdersChanged = "orders_changed";
Step hold_order(const StoreId& store, const OrderId& order, Instant now);
Step add_attempt(const StoreId& store, const AttemptRow& attempt, Bytes sealed_request, Instant now);
Step add_attempt_event(const StoreId& store, const AttemptRow& attempt, const payments::AttemptEvent& event,
                       std::int64_t seq);
Step move_attempt(const StoreId& store, const AttemptRow& attempt, const payments::AttemptFold& fold,
                  Instant now);  ///< Guard "attempt_moved".
Step read_last_attempt(const StoreId& store, const OrderId& order);
Step add_ledger(const StoreId& store, const std::string& entry, std::int64_t line, const OrderId& order,
                const LedgerLine& part, Currency currency, Instant now);
Step take_order_numbers(const StoreId& store, std::int64_t count);

// Inbox (D4).
/// store_id, checkout_id, gateway_id, attempt_id, state, person_id, and 1 for a live order.
Step attempt_by_key(const std::string& gateway_key);
/// As read_last_attempt, then order_id, gateway_key, currency, amount and updated_at.
Step read_attempt(const StoreId& store, const AttemptId& attempt);
/// The scope of work on attempts that may have succeeded after they had ended; its keys are their ids. See late.cpp.
inline constexpr std::string_view kLateScope = "late";
struct LateWork {
  StoreId store;
  AttemptId attempt;
  CheckoutId checkout;
  PersonId person;
  std::chrono::seconds after{};          ///< When it is due. Work that waits already is not put off.
  std::chrono::seconds at_most_every{};  ///< What was looked at so lately is looked at again no sooner.
};
Step look_late(const LateWork& work, Instant now);
Step add_inbox(const StoreId& store, const GatewayId& gateway, const std::string& event_key, Instant now);
Step nudge(const StoreId& store, const CheckoutId& checkout, Instant now);

// Outbox.
struct OutboxRow {
  StoreId store;
  EventId event;
  OrderId order;
  std::int64_t seq{1};
  std::string dialect;
  std::string target;
  PersonId person;
  Bytes sealed_body;
  Instant now;
};
Step add_outbox(const OutboxRow& row);

// Recorded carts (recorded_cart.hpp).
struct RecordedRow {
  StoreId store;
  std::string recording;
  Instant at;
  bool ordered{false};
  std::string body;
};
Step count_recorded(const StoreId& store, Instant from, Instant until);
Step put_recorded(const RecordedRow& row);                               ///< Leaves one that is ordered as it is.
Step change_recorded(const RecordedRow& row);                            ///< The same, of one that is there.
Step mark_recorded(const StoreId& store, const std::string& recording);  ///< It was ordered.
/// Newest first, before a time and an id; empty outcome: any. recording_id, priced_at, outcome, body.
struct RecordedPage {
  std::string outcome;
  Instant before;
  std::string before_id;
  std::int64_t most{};
};
Step read_recorded(const StoreId& store, const RecordedPage& page);

// Expiry (D7).
Step stale_reservations(Instant now, std::int64_t most);
/// Before anything is freed: of two workers who found the same reservations the later one finds them claimed. Guard
/// "not_stale".
Step claim_stale(const StoreId& store, const OrderId& order, Instant now);

}  // namespace statements
}  // namespace kassa::checkout
