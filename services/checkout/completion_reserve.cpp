#include <map>

#include "services/base/limits.hpp"
#include "services/base/phone.hpp"
#include "services/checkout/completion.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/ports/code_hash.hpp"
#include "services/ports/email_index.hpp"
#include "services/ports/phone_index.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kNoLimit = 1'000'000'000;

/// What an order takes of a rule that is counted.
struct UseOfRule {
  std::string_view rule;
  std::optional<std::int64_t> per_customer_max;
  std::int64_t amount{};
  std::optional<std::int64_t> budget_max{};
};

std::vector<UseOfRule> uses_of(const discounts::Outcome& discounts) {
  std::vector<UseOfRule> uses;
  for (const auto& applied : discounts.applied) {
    if (applied.limited)
      uses.push_back({applied.rule_id, applied.per_customer_max, applied.amount, applied.budget_max});
  }
  for (const auto& gift : discounts.gifts) {
    if (gift.limited) uses.push_back({gift.rule_id, gift.per_customer_max});
  }
  // One order for everybody, so that two completions never wait for each other's rows.
  std::ranges::sort(uses, {}, &UseOfRule::rule);
  return uses;
}

void add_uses(const Env& env, const Running& running, ports::Transaction& transaction) {
  const std::string customer = customer_key(env, running.session);
  for (const UseOfRule& taken : uses_of(running.quote->discounts)) {
    statements::Redemption use{running.session.store, std::string(taken.rule), customer, running.session.order,
                               taken.per_customer_max.value_or(kNoLimit)};
    transaction.add(statements::use_discount(use.store, use.rule));
    if (taken.budget_max) {
      use.spends = Money{taken.amount, running.quote->currency};
      transaction.add(statements::spend_budget(use.store, use.rule, *use.spends, *taken.budget_max));
    }
    transaction.add(statements::redeem(use));
  }
}

void add_codes(const Running& running, ports::Transaction& transaction) {
  std::vector<std::pair<std::string, std::string>> spent;  // Hash, rule: in one order for everybody.
  for (const auto& applied : running.quote->discounts.applied) {
    const DrawnCode* const code = code_spent(running.session, applied);
    if (code != nullptr) spent.emplace_back(ports::code_hash(code->code), code->rule);
  }
  for (const auto& gift : running.quote->discounts.gifts) {
    const DrawnCode* const code = code_spent(running.session, gift);
    if (code != nullptr) spent.emplace_back(ports::code_hash(code->code), code->rule);
  }
  std::ranges::sort(spent);
  for (const auto& [hash, rule] : spent) {
    transaction.add(statements::use_code(running.session.store, hash, rule, running.session.order));
  }
}

/// Gifts are the merchant's, and count for nothing.
void add_limited(const Env& env, const Running& running, ports::Transaction& transaction) {
  std::map<std::string_view, statements::LimitedTake> takes;  // In one order for everybody.
  for (const QuoteLine& line : running.quote->lines) {
    if (line.gift || line.variant == nullptr || !line.variant->specials) continue;
    const std::int64_t most = line.variant->specials->terms.customer_limit;
    if (most == 0) continue;
    statements::LimitedTake& take = takes[line.variant->id.value];
    take.variant = line.variant->id.value;
    take.quantity += line.quantity;
    take.most = most;
  }
  for (auto& [variant, take] : takes) {
    take.store = running.session.store;
    take.customer = customer_key(env, running.session);
    take.order = running.session.order;
    transaction.add(statements::take_limited(take));
    transaction.add(statements::note_limited(take));
  }
}

statements::OrderRow order_row(const Env& env, const Running& running, Instant now) {
  statements::OrderRow row;
  row.store = running.session.store;
  row.order = running.session.order;
  row.checkout = running.session.id;
  row.person = running.session.person;
  row.total = Money{running.quote->total, running.quote->currency};
  row.owner = running.session.owner;
  row.sealed_body = seal_order(env, running);
  row.now = now;
  return row;
}

std::optional<Bytes> email_hash(const Env& env, const Session& session) {
  if (session.buyer.email.empty()) return std::nullopt;
  return ports::email_hash(env.box, session.store, session.buyer.email);
}

/// Under which a merchant finds the order: the buyer's number, else that of the parcel.
std::optional<Bytes> phone_hash(const Env& env, const Session& session) {
  const Address* to = nullptr;
  for (const Delivery& delivery : session.deliveries) {
    for (const Destination& destination : delivery.destinations) {
      if (to == nullptr && destination.id == delivery.selected) to = &destination.address;
    }
  }
  const bool of_parcel = session.buyer.phone.empty() && to != nullptr;
  const std::string& phone = of_parcel ? to->phone : session.buyer.phone;
  if (phone.empty()) return std::nullopt;
  const std::string normal = normal_phone(phone, to != nullptr ? to->country : session.context.country);
  if (normal.empty()) return std::nullopt;
  return ports::phone_hash(env.box, session.store, normal);
}

/// A price that was made for a number of orders is for that number.
void add_order_check(const Env& env, const Running& running, ports::Transaction& transaction) {
  const Session& session = running.session;
  if (!session.known_orders || !asks_for_orders(*running.snapshot, session.buyer.email)) return;
  const Bytes hash = ports::email_hash(env.box, session.store, session.buyer.email);
  transaction.add(statements::take_turn(session.store, hash));
  transaction.add(statements::check_orders(session.store, hash, session.known_orders->count));
}

void add_attempt(const Env& env, const Running& running, Instant now, ports::Transaction& transaction) {
  const AttemptRow& attempt = *running.attempt;
  const StoreId& store = running.session.store;
  Bytes sealed = env.box.seal_for(running.key, attempt_aad(store, attempt.id), payments::encode(attempt.request));
  transaction.add(statements::add_attempt(store, attempt, std::move(sealed), now));
  payments::AttemptEvent sent;
  sent.kind = payments::EventKind::kSent;
  sent.amount = attempt.request.amount;
  sent.at = now;
  transaction.add(statements::add_attempt_event(store, attempt, sent, 0));
}

}  // namespace

std::string customer_key(const Env& env, const Session& session) {
  if (session.buyer.email.empty()) return session.person.value;
  return to_hex(ports::email_hash(env.box, session.store, session.buyer.email));
}

std::string answer_aad(const Claim& claim) {
  return "idempotency|" + claim.store.value + "|" + claim.scope + "|" + claim.key;
}

std::string order_aad(const StoreId& store, const OrderId& order) {
  return "purchase|" + store.value + "|" + order.value;
}

std::string attempt_aad(const StoreId& store, const AttemptId& attempt) {
  return "attempt|" + store.value + "|" + attempt.value;
}

Bytes seal_order(const Env& env, const Running& running) {
  const auto record = make_order(running.session, *running.quote, *running.snapshot);
  return env.box.seal_for(running.key, order_aad(running.session.store, running.session.order), ports::encode(record));
}

ports::Transaction reserve_transaction(Env& env, const Running& running, const ports::Allocations& allocations,
                                       Instant now) {
  const Session& session = running.session;
  ports::Transaction transaction("reserve", session.store);
  transaction.add(statements::claim_key(running.claim, now, now + limits::kLeaseTime));
  transaction.add(statements::claim_person(session, email_hash(env, session), phone_hash(env, session)));
  transaction.add(statements::lock_checkout(session, env.sessions.sealed(session, running.quote.get(), running.key)));
  env.sessions.add_answers(session, running.key, transaction);
  env.sessions.add_untold(session, transaction, Sessions::Held::kInCache);
  add_order_check(env, running, transaction);
  for (const ports::Allocation& allocation : allocations) {
    transaction.add(statements::reserve_stock(session.store, allocation));
  }
  add_uses(env, running, transaction);
  add_codes(running, transaction);
  add_limited(env, running, transaction);
  const statements::OrderRow row = order_row(env, running, now);
  transaction.add(running.redraft ? statements::redraft_order(row) : statements::add_order(row));
  if (running.redraft) transaction.add(statements::forget_released(session.store, session.order));
  const Instant held_until = now + running.snapshot->settings.reservation_life;
  for (const ports::Allocation& allocation : allocations) {
    transaction.add(statements::add_reservation(session.store, session.order, allocation, held_until));
  }
  if (running.attempt) add_attempt(env, running, now, transaction);
  return transaction;
}

ports::AllocationPlan plan_stock(const Quote& quote, const StoreId& store, const ports::CatalogView& catalog,
                                 const ports::StockView& stock, const ports::AllocationPlace& place) {
  std::vector<ports::AllocationLine> lines;
  std::vector<ports::StockLevel> levels;
  for (const QuoteLine& line : quote.lines) {
    if (line.variant == nullptr) continue;
    ports::AllocationLine wanted;
    wanted.variant = line.variant->id;
    wanted.quantity = line.quantity;
    wanted.tracked = line.variant->tracked;
    wanted.backorder = line.variant->backorder;
    const bool seen = std::ranges::any_of(lines, [&](const auto& other) { return other.variant == wanted.variant; });
    if (!seen && wanted.tracked) {
      const auto more = stock.levels(store, line.variant->id);
      levels.insert(levels.end(), more.begin(), more.end());
    }
    lines.push_back(std::move(wanted));
  }
  return ports::allocate(lines, levels, catalog.locations(), place);
}

}  // namespace kassa::checkout
