#include "tests/sim/oracle.hpp"

#include <map>

#include "payments/core/attempt.hpp"
#include "tests/sim/records.hpp"

namespace kassa::sim {
namespace {

using ports::as_int;
using ports::as_string;

struct AttemptSeen {
  std::int64_t amount{};
  std::string currency;
  std::string state;
};

bool is_success(const std::string& state) { return state == "captured" || state == "authorized"; }
bool is_open(const std::string& state) {
  return state == "sending" || state == "unknown" || state == "requires_action" || state == "processing" ||
         state == "void_pending" || state == "review";
}

}  // namespace

namespace {

constexpr Question kAlways[] = {
    {"I1 charged more than the order",
     "SELECT p.order_id FROM purchase p JOIN attempt a USING (store_id, order_id) GROUP BY p.store_id, p.order_id "
     "HAVING sum(a.captured - a.refunded) > max(p.total) "
     "OR sum(a.state IN ('authorized', 'captured', 'partially_captured') AND a.refunded < a.authorized) > 1"},
    {"I3 captured without a confirmed order",
     "SELECT a.order_id FROM attempt a JOIN purchase p USING (store_id, order_id) "
     "WHERE a.state = 'captured' AND a.refunded < a.captured AND p.order_state <> 'confirmed' "
     "AND NOT EXISTS (SELECT 1 FROM idempotency i WHERE i.store_id = a.store_id AND i.scope = 'late' "
     "AND i.idem_key = a.attempt_id AND i.state = 'running')"},
    {"I3 confirmed without money",
     "SELECT p.order_id FROM purchase p WHERE p.order_state = 'confirmed' AND p.total > 0 AND NOT EXISTS "
     "(SELECT 1 FROM attempt a WHERE a.store_id = p.store_id AND a.order_id = p.order_id "
     "AND a.state IN ('authorized', 'captured') AND a.refunded < a.authorized AND a.amount = p.total "
     "AND a.currency = p.currency)"},
    {"I3 a completed checkout without its order",
     "SELECT c.checkout_id FROM checkout c WHERE c.state = 'completed' AND NOT EXISTS (SELECT 1 FROM purchase p "
     "WHERE p.store_id = c.store_id AND p.checkout_id = c.checkout_id AND p.order_state = 'confirmed')"},
    {"I3 a confirmed order of an open checkout",
     "SELECT p.order_id FROM purchase p JOIN checkout c USING (store_id, checkout_id) "
     "WHERE p.order_state = 'confirmed' AND c.state <> 'completed'"},
    {"I5 oversold",
     "SELECT variant_id || '@' || location_id FROM stock "
     "WHERE reserved < 0 OR on_hand < 0 OR (reserved > 0 AND reserved > on_hand + allowance)"},
    {"I5 stock is not what was sold",
     "SELECT s.variant_id || '@' || s.location_id FROM stock s WHERE s.sold <> (SELECT coalesce(sum(r.quantity), 0) "
     "FROM reservation r WHERE r.store_id = s.store_id AND r.variant_id = s.variant_id "
     "AND r.location_id = s.location_id AND r.state = 'sold')"},
    {"I5 goods of a confirmed order were not taken",
     "SELECT p.order_id FROM purchase p JOIN reservation r USING (store_id, order_id) "
     "WHERE p.order_state = 'confirmed' AND r.state <> 'sold'"},
    {"I6 reserved is not the sum of live reservations",
     "SELECT s.variant_id || '@' || s.location_id FROM stock s WHERE s.reserved <> (SELECT coalesce(sum(r.quantity), "
     "0) "
     "FROM reservation r WHERE r.store_id = s.store_id AND r.variant_id = s.variant_id "
     "AND r.location_id = s.location_id AND r.state = 'live')"},
    {"I6 a live reservation of an open or ended checkout",
     "SELECT r.order_id FROM reservation r JOIN purchase p USING (store_id, order_id) JOIN checkout c "
     "ON c.store_id = p.store_id AND c.checkout_id = p.checkout_id "
     "WHERE r.state = 'live' AND c.state NOT IN ('completing', 'needs_buyer')"},
    {"I7 uses are not redemptions",
     "SELECT d.discount_id FROM discount d WHERE d.used <> (SELECT count(*) FROM redemption r "
     "WHERE r.store_id = d.store_id AND r.discount_id = d.discount_id) OR (d.max_uses IS NOT NULL AND d.used > "
     "d.max_uses)"},
    {"I7 a budget is not what its orders take",
     "SELECT b.discount_id FROM discount_budget b WHERE b.spent <> (SELECT coalesce(sum(r.amount), 0) FROM redemption "
     "r "
     "WHERE r.store_id = b.store_id AND r.discount_id = b.discount_id AND r.currency = b.currency)"},
    {"I7 what a customer has of a limited item is not in orders",
     "SELECT i.customer FROM customer_item i WHERE i.bought <> (SELECT coalesce(sum(o.quantity), 0) "
     "FROM customer_item_order o WHERE o.store_id = i.store_id AND o.variant_id = i.variant_id "
     "AND o.customer = i.customer) OR (i.variant_id = 'few' AND i.bought > 3)"},
    {"I7 money of no budget",
     "SELECT r.order_id FROM redemption r WHERE (r.discount_id = 'money') <> (r.amount > 0) OR (r.amount > 0 AND NOT "
     "EXISTS (SELECT 1 FROM discount_budget b WHERE b.store_id = r.store_id AND b.discount_id = r.discount_id "
     "AND b.currency = r.currency))"},
    {"I7 more than its budget", "SELECT discount_id FROM discount_budget WHERE spent > 1500"},
    {"I5 units came or went",
     "SELECT variant_id || '@' || location_id FROM stock WHERE on_hand + sold <> CASE variant_id || '@' || location_id "
     "WHEN 'mug@here' THEN 100 WHEN 'rare@here' THEN 6 WHEN 'rare@there' THEN 4 ELSE 0 END"},
    {"I7 more often than a customer may",
     "SELECT customer FROM redemption WHERE discount_id IN ('once', 'twice') GROUP BY discount_id, customer "
     "HAVING count(*) > CASE discount_id WHEN 'once' THEN 1 ELSE 2 END"},
    {"I7 a use of an order that is neither bought nor being paid",
     "SELECT r.order_id FROM redemption r LEFT JOIN purchase p USING (store_id, order_id) LEFT JOIN checkout c "
     "ON c.store_id = p.store_id AND c.checkout_id = p.checkout_id "
     "WHERE coalesce(c.state, '') NOT IN ('completing', 'needs_buyer', 'completed')"},
    {"I7 a code of an order that is neither bought nor being paid",
     "SELECT d.order_id FROM discount_code d LEFT JOIN purchase p USING (store_id, order_id) LEFT JOIN checkout c "
     "ON c.store_id = p.store_id AND c.checkout_id = p.checkout_id "
     "WHERE d.order_id IS NOT NULL AND coalesce(c.state, '') NOT IN ('completing', 'needs_buyer', 'completed')"},
    {"I7 twice for one order",
     "SELECT order_id FROM redemption GROUP BY store_id, order_id, discount_id HAVING count(*) > 1"},
    {"I8 an attempt over another amount than its order",
     "SELECT a.attempt_id FROM attempt a JOIN purchase p USING (store_id, order_id) WHERE a.amount <> p.total "
     "AND a.n = (SELECT max(n) FROM attempt b WHERE b.store_id = a.store_id AND b.order_id = a.order_id) "
     "AND p.payment_state <> 'none_due'"},
    {"I10 all accounts together are not zero",
     "SELECT currency FROM ledger GROUP BY store_id, currency HAVING sum(amount) <> 0"},
    {"I10 an entry of an order that is not confirmed",
     "SELECT l.order_id FROM ledger l LEFT JOIN purchase p USING (store_id, order_id) "
     "WHERE coalesce(p.order_state, '') <> 'confirmed' AND NOT EXISTS (SELECT 1 FROM idempotency i "
     "WHERE i.store_id = l.store_id AND i.scope = 'late' AND i.idem_key = l.entry_id AND i.state = 'running') "
     "GROUP BY l.store_id, l.order_id, l.account "
     "HAVING sum(l.amount) <> 0"},
    {"I10 money given back without its entry",
     "SELECT a.attempt_id FROM attempt a WHERE a.refunded <> -(SELECT coalesce(sum(l.amount), 0) FROM ledger l "
     "WHERE l.store_id = a.store_id AND l.entry_id = a.attempt_id || '.returned' AND l.account LIKE "
     "'gateway_clearing:%')"},
    {"I12 more attempts than keys",
     "SELECT p.order_id FROM purchase p WHERE (SELECT count(*) FROM attempt a WHERE a.store_id = p.store_id "
     "AND a.order_id = p.order_id) > (SELECT count(*) FROM idempotency i WHERE i.store_id = p.store_id "
     "AND i.checkout_id = p.checkout_id AND i.scope <> 'late')"},
    {"I13 attempts are not numbered from one",
     "SELECT order_id FROM attempt GROUP BY store_id, order_id HAVING min(n) <> 1 OR max(n) <> count(*)"},
    {"I13 a running key of a checkout that nobody pays for, or none of one that somebody does",
     "SELECT c.checkout_id FROM checkout c WHERE (c.state IN ('completing', 'needs_buyer')) <> (SELECT count(*) "
     "FROM idempotency i WHERE i.store_id = c.store_id AND i.checkout_id = c.checkout_id AND i.state = 'running' "
     "AND i.scope <> 'late')"},
    {"I10 an entry does not balance",
     "SELECT entry_id FROM ledger GROUP BY store_id, entry_id, currency HAVING sum(amount) <> 0"},
    {"I10 a confirmed order without its entry",
     "SELECT p.order_id FROM purchase p WHERE p.order_state = 'confirmed' AND p.total > 0 AND p.total <> "
     "(SELECT coalesce(sum(l.amount), 0) FROM ledger l WHERE l.store_id = p.store_id AND l.entry_id = p.order_id "
     "AND l.account = 'receivable')"},
    {"I10 a captured attempt without its entry",
     "SELECT a.attempt_id FROM attempt a WHERE a.state = 'captured' AND a.captured <> (SELECT "
     "coalesce(sum(l.amount), 0) "
     "FROM ledger l WHERE l.store_id = a.store_id AND l.entry_id = a.attempt_id AND l.account LIKE "
     "'gateway_clearing:%')"},
    {"I13 a history with holes",
     "SELECT a.attempt_id FROM attempt a LEFT JOIN attempt_event e USING (store_id, attempt_id) "
     "GROUP BY a.store_id, a.attempt_id HAVING count(e.seq) <> max(a.version) OR max(e.seq) <> max(a.version) - 1"},
    {"I13 two attempts are open",
     "SELECT order_id FROM attempt WHERE state IN ('sending', 'unknown', 'requires_action', 'processing', 'review') "
     "GROUP BY store_id, order_id HAVING count(*) > 1"},
    {"I13 an order without its number, or with another's",
     "SELECT order_id FROM purchase p WHERE (order_state = 'confirmed') <> (number IS NOT NULL) OR EXISTS (SELECT 1 "
     "FROM purchase q WHERE q.store_id = p.store_id AND q.number = p.number AND q.order_id <> p.order_id)"},
    {"I15 not exactly one event of a confirmed order",
     "SELECT p.order_id FROM purchase p WHERE (p.order_state = 'confirmed') <> (SELECT count(*) FROM outbox o "
     "WHERE o.store_id = p.store_id AND o.order_id = p.order_id)"},
};
constexpr Question kQuiet[] = {
    {"I4 an attempt is stuck",
     "SELECT attempt_id FROM attempt WHERE state IN ('created', 'sending', 'unknown', 'requires_action', "
     "'processing', 'void_pending')"},
    {"I4 a key is still running",
     "SELECT i.idem_key FROM idempotency i WHERE i.state = 'running' AND NOT (i.scope = 'late' AND i.parked = 1) "
     "AND NOT EXISTS (SELECT 1 FROM purchase p "
     "WHERE p.store_id = i.store_id AND p.checkout_id = i.checkout_id AND p.order_state = 'held')"},
    {"I6 a reservation is still live",
     "SELECT r.order_id FROM reservation r JOIN purchase p USING (store_id, order_id) "
     "WHERE r.state = 'live' AND p.order_state <> 'held'"},
};

}  // namespace

void Oracle::ask(const Question& question, std::vector<std::string>& found) const {
  const auto rows = main_.query_blocking(ports::Step(question.sql));
  for (const ports::Row& row : rows.value()) {
    found.push_back(std::string(question.meaning) + ": " + as_string(row.at(0)));
  }
}

std::vector<std::string> Oracle::check(bool quiet, const std::vector<Acknowledged>& acknowledged) const {
  std::vector<std::string> found;
  for (const Question& question : kAlways) ask(question, found);
  if (quiet) {
    for (const Question& question : kQuiet) ask(question, found);
  }
  fold_again(found);
  compare_with_book(quiet, found);
  check_records(main_, keys_, box_, found);
  look_for(acknowledged, found);
  return found;
}

/// The state column is a cache: the events alone must give the same.
void Oracle::fold_again(std::vector<std::string>& found) const {
  std::map<std::string, std::vector<payments::AttemptEvent>> events;
  const auto told = main_
                        .query_blocking(ports::Step("SELECT attempt_id, kind, gateway_ref, amount, currency, detail "
                                                    "FROM attempt_event ORDER BY attempt_id, seq"))
                        .value();
  for (const ports::Row& row : told) {
    payments::AttemptEvent event;
    event.kind = payments::event_kind_from(as_string(row[1])).value();
    event.gateway_ref = as_string(row[2]);
    event.amount = Money{as_int(row[3]), Currency::from_code(as_string(row[4])).value_or(Currency{})};
    event.detail = as_string(row[5]);
    events[as_string(row[0])].push_back(std::move(event));
  }
  const auto attempts =
      main_
          .query_blocking(ports::Step("SELECT attempt_id, state, authorized, captured, refunded, amount, currency "
                                      "FROM attempt"))
          .value();
  for (const ports::Row& row : attempts) {
    const Money amount{as_int(row[5]), Currency::from_code(as_string(row[6])).value()};
    const auto fold = payments::fold_events(amount, events[as_string(row[0])]);
    const bool same = payments::to_text(fold.state) == as_string(row[1]) && fold.authorized == as_int(row[2]) &&
                      fold.captured == as_int(row[3]) && fold.refunded == as_int(row[4]);
    if (!same) found.push_back("I13 a " + as_string(row[1]) + " whose events say otherwise: " + as_string(row[0]));
  }
}

void Oracle::compare_with_book(bool quiet, std::vector<std::string>& found) const {
  std::map<std::string, AttemptSeen> attempts;
  const auto rows =
      main_.query_blocking(ports::Step("SELECT gateway_key, amount, currency, state FROM attempt")).value();
  for (const ports::Row& row : rows) {
    attempts[as_string(row[0])] = AttemptSeen{as_int(row[1]), as_string(row[2]), as_string(row[3])};
  }
  const auto charges =
      book_.query_blocking(ports::Step("SELECT gateway_key, amount, currency, state FROM charge")).value();
  for (const ports::Row& row : charges) {
    const std::string& key = as_string(row[0]);
    const auto attempt = attempts.find(key);
    if (attempt == attempts.end()) {
      found.push_back("I2 a charge without an attempt: " + key);
      continue;
    }
    const auto& [amount, currency, state] = attempt->second;
    if (amount != as_int(row[1]) || currency != as_string(row[2]))
      found.push_back("I16 another amount at the gateway: " + key);
    const bool held = is_success(as_string(row[3]));
    if (held && !is_success(state) && !is_open(state))
      found.push_back("I2 the gateway holds money of a " + state + ": " + key);
    if (!held && is_success(state)) found.push_back("I2 the gateway holds nothing of a " + state + ": " + key);
    if (quiet && held && state != as_string(row[3]) && state != "review")
      found.push_back("I2 still " + state + ": " + key);
    attempts.erase(attempt);
  }
  for (const auto& [key, attempt] : attempts) {
    if (is_success(attempt.state)) found.push_back("I2 unknown to the gateway: " + key);
  }
}

void Oracle::look_for(const std::vector<Acknowledged>& acknowledged, std::vector<std::string>& found) const {
  std::map<std::string, std::pair<std::string, std::int64_t>> orders;
  const auto rows = main_.query_blocking(ports::Step("SELECT order_id, order_state, total FROM purchase")).value();
  for (const ports::Row& row : rows) {
    orders[as_string(row[0])] = {as_string(row[1]), as_int(row[2])};
  }
  for (const Acknowledged& told : acknowledged) {
    const auto order = orders.find(told.order);
    if (order == orders.end() || order->second.first != "confirmed") {
      found.push_back("I3 an acknowledged order is lost: " + told.order);
    } else if (order->second.second != told.total) {
      found.push_back("I9 shown " + std::to_string(told.total) + ", written " + std::to_string(order->second.second));
    }
  }
}

}  // namespace kassa::sim
