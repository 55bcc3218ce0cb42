#include "services/checkout/pricing.hpp"

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

std::string destination_country(const Session& session) {
  for (const Delivery& delivery : session.deliveries) {
    for (const Destination& destination : delivery.destinations) {
      if (destination.id == delivery.selected && !destination.address.country.empty())
        return destination.address.country;
    }
  }
  return session.context.country;
}

discounts::CartLine cart_line(const QuoteLine& line) {
  discounts::CartLine out;
  out.line_id = line.id.value;
  out.quantity = line.quantity;
  out.unit_price = line.unit_price;
  if (line.variant != nullptr) {
    out.variant = line.variant->id.value;
    out.sku = line.variant->sku;
  }
  if (line.product) {
    out.product = line.product->id.value;
    out.category = line.product->category;
    out.vendor = line.product->vendor;
    out.tags = line.product->tags;
  }
  return out;
}

discounts::Cart cart_of(const Session& session, const Quote& quote, const std::vector<GroupRef>& groups) {
  discounts::Cart cart;
  cart.currency = session.currency;
  cart.codes = session.codes;
  cart.country = destination_country(session);
  cart.customer = session.person.value;
  cart.used_up = session.used_up;
  cart.lines.reserve(quote.lines.size());
  for (const QuoteLine& line : quote.lines) cart.lines.push_back(cart_line(line));
  for (const GroupRef& ref : groups) {
    const QuoteGroup& group = quote.deliveries[ref.delivery].groups[ref.group];
    discounts::CartShipping entry;
    entry.method = group.selected;
    entry.amount = group.amount;
    cart.shipping.push_back(std::move(entry));
  }
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

Result<void> apply_discounts(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote) {
  clear_discounts(quote);
  const auto groups = chosen_groups(quote);
  const auto cart = cart_of(session, quote, groups);
  quote.discounts = discounts::evaluate(*snapshot.rules, cart, snapshot.usage, now, snapshot.settings.rounding);
  quote.changes_at = quote.discounts.changes_at;
  for (const auto& applied : quote.discounts.applied) spread(quote, applied, groups);
  for (const auto& rejected : quote.discounts.rejected) {
    quote.messages.emplace_back(Level::kWarning, rejected.reason,
                                "$.discounts.codes[" + std::to_string(rejected.index) + "]");
  }
  return ok();
}

}  // namespace kassa::checkout
