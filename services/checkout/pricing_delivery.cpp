#include "services/checkout/place.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

bool ships(const QuoteLine& line) noexcept { return line.variant != nullptr && line.variant->requires_shipping; }

/// The lines a delivery covers: those it names, else every shipped line that no other delivery names.
std::vector<LineId> covered_lines(const Session& session, const Delivery& delivery, const Quote& quote) {
  if (!delivery.all_lines) return delivery.lines;
  std::vector<LineId> lines;
  for (const QuoteLine& line : quote.lines) {
    const bool named_elsewhere = std::ranges::any_of(session.deliveries, [&](const Delivery& other) {
      return !other.all_lines && std::ranges::find(other.lines, line.id) != other.lines.end();
    });
    if (ships(line) && !named_elsewhere) lines.push_back(line.id);
  }
  return lines;
}

shipping::Package package_of(const Quote& quote, const std::vector<LineId>& lines, bool with_items) {
  shipping::Package package;
  package.currency = quote.currency;
  for (const QuoteLine& line : quote.lines) {
    if (!ships(line) || std::ranges::find(lines, line.id) == lines.end()) continue;
    package.items_total += line.net();
    package.grams += line.variant->grams * line.quantity;
    package.pieces += line.quantity;
    if (!with_items) continue;
    shipping::PackageItem item;
    item.variant = line.variant->id.value;
    if (line.product) {
      item.product = line.product->id.value;
      item.tags = line.product->tags;
    }
    package.items.push_back(std::move(item));
  }
  return package;
}

std::string delivery_path(std::size_t index) { return "$.fulfillment.methods[" + std::to_string(index) + "]"; }

void quote_group(const Snapshot& snapshot, const Delivery& delivery, Instant now, std::size_t index, Quote& quote) {
  QuoteDelivery& out = quote.deliveries[index];
  const Place& place = *out.place;
  // One package per delivery; a caller that names it keeps its name.
  const GroupChoice none;
  const GroupChoice& choice = delivery.groups.empty() ? none : delivery.groups.front();
  QuoteGroup group;
  group.id = choice.id.empty() ? delivery.id + "_package_1" : choice.id;
  group.lines = out.lines;
  if (auto fault = place_fault(snapshot, place)) {
    quote.messages.push_back(std::move(*fault));
    out.groups.push_back(std::move(group));
    return;
  }
  shipping::Destination where;
  where.country = place.country;
  where.region = place.region;
  where.postal_code = place.postal_code;
  const shipping::Package package = package_of(quote, out.lines, shipping::names_goods(*snapshot.zones));
  shipping::Quote found = shipping::quote(*snapshot.zones, where, package, now);
  if (found.options.empty()) {
    quote.messages.emplace_back(Level::kError, "address_undeliverable",
                                delivery_path(index) + ".selected_destination_id");
    out.groups.push_back(std::move(group));
    return;
  }
  group.options = std::move(found.options);
  const auto chosen = std::ranges::find(group.options, choice.option, &shipping::Option::id);
  if (chosen != group.options.end()) {
    group.selected = choice.option;
    group.amount = chosen->amount;
  } else {
    quote.messages.emplace_back(Level::kError, "field_required", delivery_path(index) + ".groups[0].selected_option_id",
                                Severity::kRecoverable);
  }
  out.groups.push_back(std::move(group));
}

bool carries_goods(const QuoteDelivery& delivery, const Quote& quote) {
  return std::ranges::any_of(delivery.lines, [&](const LineId& id) {
    const auto line = std::ranges::find(quote.lines, id, &QuoteLine::id);
    return line != quote.lines.end() && ships(*line);
  });
}

/// Every shipped line must be part of exactly one delivery.
void check_coverage(Quote& quote) {
  if (!quote.needs_delivery) return;
  if (quote.deliveries.empty()) {
    quote.messages.emplace_back(Level::kError, "field_required", "$.fulfillment.methods");
    return;
  }
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    if (!ships(quote.lines[i])) continue;
    const auto covering = std::ranges::count_if(quote.deliveries, [&](const QuoteDelivery& delivery) {
      return std::ranges::find(delivery.lines, quote.lines[i].id) != delivery.lines.end();
    });
    if (covering == 1) continue;
    Message message(Level::kError, covering == 0 ? "delivery_missing" : "delivery_ambiguous",
                    "$.line_items[" + std::to_string(i) + "]");
    quote.messages.push_back(std::move(message));
  }
}

}  // namespace

/// What each delivery takes, and where: before any price that depends on a place.
void cover_lines(const Session& session, Quote& quote) {
  quote.deliveries.reserve(session.deliveries.size());
  for (std::size_t i = 0; i < session.deliveries.size(); ++i) {
    const Delivery& delivery = session.deliveries[i];
    QuoteDelivery& out = quote.deliveries.emplace_back();
    out.id = delivery.id;
    out.type = delivery.type;
    out.lines = covered_lines(session, delivery, quote);
    out.destinations = delivery.destinations;
    out.selected = delivery.selected;
    find_place(session, i, quote);
  }
}

void find_place(const Session& session, std::size_t i, Quote& quote) {
  const Delivery& delivery = session.deliveries[i];
  QuoteDelivery& out = quote.deliveries[i];
  if (out.place || !carries_goods(out, quote)) return;
  const auto destination = std::ranges::find(delivery.destinations, delivery.selected, &Destination::id);
  if (destination == delivery.destinations.end()) return;
  const auto at = static_cast<std::size_t>(destination - delivery.destinations.begin());
  out.place = place_of(destination->address, i, at);
}

void plan_deliveries(const Session& session, const Snapshot& snapshot, Instant now, Quote& quote) {
  for (std::size_t i = 0; i < session.deliveries.size(); ++i) {
    if (quote.deliveries[i].place) {
      quote_group(snapshot, session.deliveries[i], now, i, quote);
    } else if (carries_goods(quote.deliveries[i], quote)) {
      quote.messages.emplace_back(Level::kError, "field_required", delivery_path(i) + ".selected_destination_id");
    }
  }
  check_coverage(quote);
}

}  // namespace kassa::checkout
