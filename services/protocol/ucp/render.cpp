#include "services/protocol/ucp/render.hpp"

#include <algorithm>

#include "services/base/text.hpp"
#include "services/protocol/ucp/address_json.hpp"
#include "services/protocol/ucp/payment_handlers.hpp"
#include "services/protocol/ucp/render_parts.hpp"

namespace kassa::protocol {
namespace {

using checkout::Level;
using checkout::Severity;
using checkout::State;
using checkout::Verdict;

constexpr std::size_t kUsualBytes = 4096;

/// What an answer about a cart or a checkout is made of.
bool shapes(const CapabilityRow& row, checkout::Kind kind) noexcept {
  if (kind == checkout::Kind::kCheckout) return row.id == Capability::kCheckout || !row.extends.empty();
  return row.id == Capability::kCart || row.id == Capability::kDiscount || row.id == Capability::kBuyerConsent;
}

void write_ucp(JsonWriter& json, const Rendering& rendering, const checkout::View& view) {
  json.key("ucp");
  json.begin_object();
  json.member("version", rendering.version);
  json.key("capabilities");
  json.begin_object();
  for (const CapabilityRow& row : kCapabilities) {
    if (!shapes(row, view.session.kind) || !rendering.capabilities.has(row.id)) continue;
    json.key(row.name);
    json.begin_array();
    json.begin_object();
    json.member("version", rendering.version);
    json.end_object();
    json.end_array();
  }
  json.end_object();
  if (view.session.kind == checkout::Kind::kCheckout) {
    write_payment_handlers(json, view.snapshot.gateways, rendering.offer);
  }
  json.end_object();
}

void write_buyer(JsonWriter& json, const checkout::Buyer& buyer, bool with_consent) {
  if (buyer.empty()) return;
  json.key("buyer");
  json.begin_object();
  json.optional_member("first_name", buyer.first_name);
  json.optional_member("last_name", buyer.last_name);
  json.optional_member("email", buyer.email);
  json.optional_member("phone_number", buyer.phone);
  if (with_consent && !buyer.consent.empty()) {
    json.key("consent");
    json.raw(buyer.consent);
  }
  json.end_object();
}

void write_context(JsonWriter& json, const checkout::Context& context) {
  const bool empty = context.country.empty() && context.region.empty() && context.postal_code.empty() &&
                     context.language.empty() && context.currency.empty() && context.intent.empty() &&
                     context.eligibility.empty();
  if (empty) return;
  json.key("context");
  json.begin_object();
  json.optional_member("address_country", context.country);
  json.optional_member("address_region", context.region);
  json.optional_member("postal_code", context.postal_code);
  json.optional_member("language", context.language);
  json.optional_member("currency", context.currency);
  json.optional_member("intent", context.intent);
  if (!context.eligibility.empty()) {
    json.key("eligibility");
    json.begin_array();
    for (const std::string& claim : context.eligibility) json.text(claim);
    json.end_array();
  }
  json.end_object();
}

void write_links(JsonWriter& json, const std::vector<ports::StoreLink>& links) {
  json.key("links");
  json.begin_array();
  for (const ports::StoreLink& link : links) {
    json.begin_object();
    json.member("type", link.type);
    json.member("url", link.url);
    json.optional_member("title", link.title);
    json.end_object();
  }
  json.end_array();
}

void write_payment(JsonWriter& json, const std::vector<checkout::Instrument>& instruments) {
  json.key("payment");
  json.begin_object();
  json.key("instruments");
  json.begin_array();
  for (const checkout::Instrument& instrument : instruments) {
    json.begin_object();
    json.member("id", instrument.id);
    json.member("handler_id", instrument.handler_id);
    json.member("type", instrument.type);
    json.key("selected");
    json.boolean(instrument.selected);
    if (!instrument.display.empty()) {
      json.key("display");
      json.raw(instrument.display);
    }
    if (!instrument.billing.empty()) {
      json.key("billing_address");
      json.raw(instrument.billing);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_order(JsonWriter& json, const checkout::View& view, const Links& links) {
  const checkout::Session& session = view.session;
  json.key("order");
  json.begin_object();
  json.member("id", session.order.value);
  json.member("permalink_url", links.order_url(view.snapshot.settings, session.store, session.owner, session.order));
  json.end_object();
}

/// Where a person goes on; the gateway's page when that is what the checkout waits for.
std::string where_next(const checkout::View& view, const Links& links) {
  const checkout::Session& session = view.session;
  if (session.state == State::kNeedsBuyer && !session.action_url.empty()) return session.action_url;
  return links.continue_url(view.snapshot.settings, session);
}

bool asks_buyer(const checkout::Message& message) noexcept {
  return message.level == Level::kError &&
         (message.severity == Severity::kBuyerInput || message.severity == Severity::kBuyerReview);
}

std::string_view open_status(const checkout::View& view) noexcept {
  const auto& messages = view.quote.messages;
  if (std::ranges::any_of(messages, asks_buyer)) return "requires_escalation";
  // Without a discount that was used up it can still be bought, at the new total; without the goods it can't.
  return view.quote.ready && view.verdict != Verdict::kOutOfStock ? "ready_for_complete" : "incomplete";
}

/// A cart's totals are an estimate: it goes nowhere yet, and nobody pays it.
void write_cart(JsonWriter& json, const Rendering& rendering, const checkout::View& view) {
  const checkout::Session& session = view.session;
  json.member("id", session.id.value);
  json.member("currency", view.quote.currency.code());
  write_line_items(json, view.quote, rendering.first_party);
  write_totals(json, view.quote);
  write_buyer(json, session.buyer, rendering.capabilities.has(Capability::kBuyerConsent));
  write_context(json, session.context);
  if (rendering.capabilities.has(Capability::kDiscount)) write_discounts(json, session, view.quote);
  if (rendering.first_party) write_detail(json, session);
  write_messages(json, view);
  write_links(json, view.snapshot.settings.links);
  json.member("expires_at", to_rfc3339(session.expires_at));
}

void write_checkout(JsonWriter& json, const Rendering& rendering, const checkout::View& view, const Links& links) {
  const checkout::Session& session = view.session;
  const CapabilitySet& capabilities = rendering.capabilities;
  json.member("id", session.id.value);
  json.member("status", status_of(view));
  json.member("currency", view.quote.currency.code());
  write_line_items(json, view.quote, rendering.first_party);
  write_totals(json, view.quote);
  write_buyer(json, session.buyer, capabilities.has(Capability::kBuyerConsent));
  write_context(json, session.context);
  if (capabilities.has(Capability::kFulfillment)) write_fulfillment(json, view.quote);
  if (capabilities.has(Capability::kDiscount)) write_discounts(json, session, view.quote);
  if (rendering.first_party) write_detail(json, session);
  write_payment(json, session.instruments);
  write_messages(json, view);
  write_links(json, view.snapshot.settings.links);
  if (session.state == State::kCompleted) write_order(json, view, links);
  if (is_terminal(session.state)) return;
  json.member("expires_at", to_rfc3339(session.expires_at));
  json.member("continue_url", where_next(view, links));
  // Where the store has pages, buyers come back to those.
  if (!rendering.first_party || !view.snapshot.settings.continue_url.empty()) return;
  json.member("return_url", links.checkout_page(LinkKind::kReturn, session));
}

}  // namespace

std::string_view status_of(const checkout::View& view) noexcept {
  switch (view.session.state) {
    case State::kOpen: return open_status(view);
    case State::kCompleting: return "complete_in_progress";
    case State::kNeedsBuyer: return "requires_escalation";
    case State::kCompleted: return "completed";
    case State::kCanceled: return "canceled";
  }
  return "incomplete";
}

void write_members(JsonWriter& json, const Rendering& rendering, const checkout::View& view, const Links& links) {
  if (view.session.kind == checkout::Kind::kCart) {
    write_cart(json, rendering, view);
  } else {
    write_checkout(json, rendering, view, links);
  }
}

checkout::Answer render_checkout(const Rendering& rendering, checkout::Operation operation, const checkout::View& view,
                                 const Links& links) {
  if (rendering.posture == ports::BusinessErrors::kHttp4xx) {
    if (auto refusal = verdict_refusal(view)) return std::move(*refusal);
  }
  JsonWriter json(kUsualBytes);
  json.begin_object();
  write_ucp(json, rendering, view);
  write_members(json, rendering, view, links);
  json.end_object();
  checkout::Answer answer;
  answer.status = operation == checkout::Operation::kCreate ? 201 : 200;
  answer.body = std::make_shared<const std::string>(json.text());
  return answer;
}

}  // namespace kassa::protocol
