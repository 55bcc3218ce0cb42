#include "services/base/country.hpp"
#include "services/base/email.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/ways_to_pay.hpp"

namespace kassa::checkout {
namespace {

struct GroupRef {
  std::size_t delivery{};
  std::size_t group{};
};

std::vector<GroupRef> chosen_groups(const Quote& quote) {
  std::vector<GroupRef> chosen;
  for (std::size_t d = 0; d < quote.deliveries.size(); ++d) {
    for (std::size_t g = 0; g < quote.deliveries[d].groups.size(); ++g) {
      if (!quote.deliveries[d].groups[g].selected.empty()) chosen.push_back(GroupRef{d, g});
    }
  }
  return chosen;
}

discounts::LineView line_view(const QuoteLine& line) {
  discounts::LineView out;
  out.line_id = line.id.value;
  out.quantity = line.quantity;
  out.unit_price = line.unit_price;
  if (line.variant != nullptr) {
    out.variant = &line.variant->id.value;
    out.sku = &line.variant->sku;
    if (line.variant->facts) out.facts = line.variant->facts.get();
  }
  if (line.product != nullptr) {
    out.product = &line.product->id.value;
    out.category = &line.product->category;
    out.vendor = &line.product->vendor;
    out.tags = &line.product->tags;
  }
  return out;
}

std::vector<discounts::CartShipping> shipping_of(const Quote& quote, const std::vector<GroupRef>& groups) {
  std::vector<discounts::CartShipping> shipping;
  for (const GroupRef& ref : groups) {
    const QuoteGroup& group = quote.deliveries[ref.delivery].groups[ref.group];
    shipping.push_back({group.selected, group.amount});
  }
  return shipping;
}

discounts::CartView cart_of(const Session& session, const Snapshot& snapshot, const Place& place, const Quote& quote,
                            std::span<const discounts::CartShipping> shipping) {
  discounts::CartView cart;
  cart.currency = session.currency;
  cart.codes = session.codes;
  if (is_country(place.country)) cart.country = place.country;  // One that is none is not known.
  // Whether there is a customer is all that rules ask; spellings are told apart where uses are counted.
  const bool known = is_email(session.buyer.email);
  if (known) cart.customer = session.buyer.email;
  if (known && session.known_orders && session.known_orders->email == session.buyer.email) {
    if (session.known_orders->count >= 0) cart.customer_orders = session.known_orders->count;
    if (session.known_orders->segments) cart.segments = *session.known_orders->segments;
  }
  cart.payment_method = payment_method(session, snapshot);
  cart.prepaid = is_prepaid(session, snapshot);
  cart.used_up = session.used_up;
  if (session.facts) cart.facts = *session.facts;
  cart.lines.reserve(quote.lines.size());
  for (const QuoteLine& line : quote.lines) {
    if (!line.gift) cart.lines.push_back(line_view(line));
  }
  cart.shipping = shipping;
  return cart;
}

void clear_discounts(Quote& quote) {
  for (QuoteLine& line : quote.lines) line.items_discount = line.order_discount = 0;
  for (QuoteDelivery& delivery : quote.deliveries) {
    for (QuoteGroup& group : delivery.groups) group.discount = 0;
  }
  std::erase_if(quote.messages, [](const Message& message) { return message.path.starts_with("$.discounts"); });
}

void spread(Quote& quote, const discounts::Applied& applied, const std::vector<GroupRef>& groups) {
  for (const discounts::Allocation& part : applied.allocations) {
    if (part.shipping) {
      const GroupRef& ref = groups.at(part.index);
      quote.deliveries[ref.delivery].groups[ref.group].discount += part.amount;
    } else if (applied.discount_class == discounts::Class::kProduct) {
      quote.lines.at(part.index).items_discount += part.amount;
    } else {
      quote.lines.at(part.index).order_discount += part.amount;
    }
  }
}

}  // namespace

DiscountQuestion discount_question(const Session& session, const Snapshot& snapshot, const Quote& quote) {
  DiscountQuestion question;
  question.shipping = shipping_of(quote, chosen_groups(quote));
  question.cart = cart_of(session, snapshot, sale_place(session, quote), quote, question.shipping);
  question.codes = asked_codes(session);
  question.cart.codes = question.codes;
  return question;
}

Result<void> apply_discounts(const Session& session, const Snapshot& snapshot, const Place& place, Instant now,
                             Quote& quote) {
  clear_discounts(quote);
  const auto groups = chosen_groups(quote);
  const auto shipping = shipping_of(quote, groups);
  auto cart = cart_of(session, snapshot, place, quote, shipping);
  std::vector<std::string> codes;
  const bool translated = must_translate(session);
  if (translated) codes = asked_codes(session);
  if (translated) cart.codes = codes;
  quote.discounts = discounts::evaluate(*snapshot.rules, cart, snapshot.usage, now, snapshot.settings.rounding);
  if (translated) name_typed_codes(session, quote.discounts);
  quote.changes_at = quote.discounts.changes_at;
  for (const auto& applied : quote.discounts.applied) spread(quote, applied, groups);
  for (const auto& rejected : quote.discounts.rejected) {
    quote.messages.emplace_back(Level::kWarning, rejected.reason,
                                "$.discounts.codes[" + std::to_string(rejected.index) + "]");
  }
  return ok();
}

}  // namespace kassa::checkout
