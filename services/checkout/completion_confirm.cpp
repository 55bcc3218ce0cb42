#include "services/base/json_writer.hpp"
#include "services/checkout/completion.hpp"

namespace kassa::checkout {
namespace {

void add_event(Env& env, const Running& running, Instant now, ports::Transaction& transaction) {
  const Session& session = running.session;
  if (session.platform.webhook_url.empty()) return;
  const ports::OrderRecord order = make_order(session, *running.quote, *running.snapshot);
  const Renderer& renderer = env.renderers.find(running.claim.rendering);
  statements::OutboxRow row;
  row.store = session.store;
  row.event = make_id<EventId>("evt_", env.clock, env.random);
  row.order = session.order;
  row.seq = 1;
  row.dialect = renderer.event_dialect();
  row.target = session.platform.webhook_url;
  row.person = session.person;
  const std::string aad = "outbox|" + session.store.value + "|" + row.event.value;
  row.sealed_body = env.box.seal_for(running.key, aad, renderer.order_event(order, *running.snapshot));
  row.now = now;
  transaction.add(statements::add_outbox(row));
}

/// The letter to the buyer is written when it is sent, from the order. Its language is known only here.
void add_letter(Env& env, const Running& running, Instant now, ports::Transaction& transaction) {
  const std::string& receiver = running.snapshot->settings.confirmation;
  if (receiver.empty()) return;
  const Session& session = running.session;
  const bool by_mail = receiver == ports::kConfirmByMail;
  if (by_mail && session.buyer.email.empty()) return;
  JsonWriter body;
  body.begin_object();
  body.optional_member("language", session.context.language);
  body.end_object();
  statements::OutboxRow row;
  row.store = session.store;
  row.event = make_id<EventId>("evt_", env.clock, env.random);
  row.order = session.order;
  row.seq = 1;
  row.dialect = by_mail ? "mail" : "confirmation";
  row.target = receiver;
  row.person = session.person;
  const std::string aad = "outbox|" + session.store.value + "|" + row.event.value;
  row.sealed_body = env.box.seal_for(running.key, aad, body.text());
  row.now = now;
  transaction.add(statements::add_outbox(row));
}

}  // namespace

Session completed_session(const Running& running, Instant now) {
  Session completed = running.session;
  completed.state = State::kCompleted;
  completed.action_url.clear();
  completed.notices.clear();
  completed.version.n += 1;
  completed.updated_at = now;
  completed.rendered = std::make_shared<RenderCache>(running.quote);
  return completed;
}

void add_confirmation(Env& env, const Running& running, const Session& completed, const Answer& answer,
                      std::string payment_state, std::int64_t number, Instant now, ports::Transaction& transaction) {
  const StoreId& store = completed.store;
  transaction.add(statements::finish_key(running.claim, answer.status,
                                         env.box.seal_for(running.key, answer_aad(running.claim), *answer.body)));
  transaction.add(statements::confirm_order(store, completed.order, std::move(payment_state), number, now));
  transaction.add(statements::sell_reserved(store, completed.order));
  transaction.add(statements::mark_reservations(store, completed.order, "sold"));
  transaction.add(
      statements::settle_checkout(completed, env.sessions.sealed(completed, running.quote.get(), running.key)));
  std::int64_t line = 0;
  for (const LedgerLine& part : sale_entry(*running.quote)) {
    transaction.add(statements::add_ledger(store, completed.order.value, line++, completed.order, part,
                                           running.quote->currency, now));
  }
  add_event(env, running, now, transaction);
  add_letter(env, running, now, transaction);
}

std::vector<LedgerLine> sale_entry(const Quote& quote) {
  std::int64_t discounts = 0;
  std::int64_t shipping = 0;
  for (const Component& component : quote.components) {
    if (component.kind == ComponentKind::kItemsDiscount || component.kind == ComponentKind::kDiscount) {
      discounts -= component.amount;
    }
    if (component.kind == ComponentKind::kFulfillment) shipping += component.amount;
  }
  std::vector<LedgerLine> lines;
  const auto add = [&](std::string account, std::int64_t amount) {
    if (amount == 0) return;
    LedgerLine line;
    line.account = std::move(account);
    line.amount = amount;
    lines.push_back(std::move(line));
  };
  add("receivable", quote.total);
  add("discounts", discounts);
  add("shipping", -shipping);
  std::int64_t taxes = 0;
  for (const TaxEntry& tax : quote.taxes) {
    add("tax_payable:" + tax.jurisdiction, -tax.amount);
    taxes += tax.amount;
  }
  // Revenue is what is left, so that the entry balances; with included tax it is net of it.
  add("revenue", -(quote.total + discounts - shipping - taxes));
  return lines;
}

std::vector<LedgerLine> capture_entry(const GatewayId& gateway, std::int64_t captured) {
  LedgerLine clearing;
  clearing.account = "gateway_clearing:" + gateway.value;
  clearing.amount = captured;
  LedgerLine receivable;
  receivable.account = "receivable";
  receivable.amount = -captured;
  return {clearing, receivable};
}

}  // namespace kassa::checkout
