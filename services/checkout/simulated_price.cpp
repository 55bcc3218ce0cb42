#include "services/checkout/simulated_price.hpp"

#include "services/base/limits.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/ways_to_pay.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::checkout {
namespace {

/// Only whether there is one counts.
constexpr std::string_view kSomebody = "buyer@recorded.example";

void rebuild_codes(const RecordedCart& cart, Session& session) {
  session.codes = cart.codes;
  if (cart.pools.empty()) return;
  auto drawn = std::make_shared<DrawnCodes>();
  for (const std::string& rule : cart.pools) {
    // Any word that no rule has for a code: it stands for the one that was typed.
    DrawnCode code;
    code.code = ports::folded_code("\x1e" + rule);
    code.rule = rule;
    session.codes.push_back(code.code);
    drawn->codes.push_back(std::move(code));
  }
  session.drawn = std::move(drawn);
}

Session rebuilt_session(const RecordedCart& cart, const Snapshot& ground) {
  Session session;
  session.store = ground.store;
  session.currency = cart.currency;
  session.created_at = session.updated_at = cart.at;
  rebuild_codes(cart, session);
  if (cart.known_buyer) session.buyer.email = kSomebody;
  if (cart.known_buyer && (cart.orders_count || cart.segments)) {
    session.known_orders = KnownOrders{session.buyer.email, cart.orders_count.value_or(-1), cart.segments};
  }
  if (!cart.payment_method.empty()) {
    if (auto instrument = instrument_of_type(cart.payment_method, ground)) {
      session.instruments.push_back(std::move(*instrument));
    }
  }
  return session;
}

Result<SimulatedSums> sums_of(const Quote& quote) {
  SimulatedSums sums;
  const auto add = [](std::int64_t& to, std::int64_t amount) -> Result<void> {
    KASSA_TRY(to, checked_add(to, amount));
    return ok();
  };
  for (const QuoteLine& line : quote.lines) {
    KASSA_TRY(add(sums.revenue, line.net()));
  }
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) {
      KASSA_TRY(add(sums.revenue, group.amount - group.discount));
    }
  }
  std::int64_t taxes = 0;
  for (const TaxEntry& tax : quote.taxes) {
    KASSA_TRY(add(taxes, tax.amount));
    if (tax.included) continue;
    KASSA_TRY(add(sums.revenue, tax.amount));
  }
  sums.net = sums.revenue - taxes;
  for (const auto& applied : quote.discounts.applied) {
    KASSA_TRY(add(sums.discount, applied.amount));
  }
  return sums;
}

}  // namespace

RebuiltCart::RebuiltCart(const RecordedCart& cart, const Snapshot& ground)
    : at_(cart.at), tax_exempt_(cart.tax_exempt), session_(rebuilt_session(cart, ground)) {
  place_.country = cart.country;
  place_.region = cart.region;
  quote_.catalog = ground.catalog;
  quote_.currency = cart.currency;
  add_lines(cart, ground);
  if (!cart.shipping.empty()) add_delivery(cart);
}

/// Nothing is known of them but what they cost.
const ports::VariantView* RebuiltCart::goods_gone(const RecordedLine& line) {
  auto goods = std::make_shared<ports::VariantView>();
  goods->id = VariantId{line.variant};
  goods->tax_class = "standard";
  gone_.push_back(std::move(goods));
  return gone_.back().get();
}

void RebuiltCart::add_lines(const RecordedCart& cart, const Snapshot& ground) {
  quote_.lines.reserve(cart.lines.size());
  for (const RecordedLine& recorded : cart.lines) {
    const ports::VariantView* variant = ground.catalog->find(recorded.variant);
    if (variant == nullptr) variant = goods_gone(recorded);
    QuoteLine& line = quote_.lines.emplace_back();
    line.id = LineId{"line_" + std::to_string(quote_.lines.size())};
    show_goods(*variant, line);
    line.quantity = recorded.quantity;
    line.unit_price = recorded.unit_price;
    quote_.needs_delivery = quote_.needs_delivery || line.ships;
  }
}

void RebuiltCart::add_delivery(const RecordedCart& cart) {
  QuoteDelivery& delivery = quote_.deliveries.emplace_back();
  delivery.id = "delivery";
  delivery.place = place_;
  for (const QuoteLine& line : quote_.lines) {
    if (line.ships) delivery.lines.push_back(line.id);
  }
  for (const RecordedShipping& shipping : cart.shipping) {
    QuoteGroup& group = delivery.groups.emplace_back();
    group.id = "package_" + std::to_string(delivery.groups.size());
    group.selected = shipping.option;
    group.amount = shipping.amount;
  }
}

Result<SimulatedPrice> RebuiltCart::price(const Snapshot& snapshot) {
  std::int64_t subtotal = 0;
  for (QuoteLine& line : quote_.lines) {
    KASSA_TRY(line.subtotal, checked_multiply(line.unit_price, line.quantity));
    KASSA_TRY(subtotal, checked_add(subtotal, line.subtotal));
    line.tax = 0;
  }
  if (subtotal > limits::kTotalMinorMax) return Error{Errc::kMoneyOverflow, "a recorded cart is too large"};
  quote_.taxes.clear();
  KASSA_TRY(apply_discounts(session_, snapshot, place_, at_, quote_));
  if (!tax_exempt_) {
    KASSA_TRY(apply_taxes(snapshot, place_, quote_));
  }
  SimulatedPrice price;
  KASSA_TRY(price.sums, sums_of(quote_));
  for (auto& applied : quote_.discounts.applied) price.given.emplace_back(std::move(applied.rule_id), applied.amount);
  for (auto& gift : quote_.discounts.gifts) price.given.emplace_back(std::move(gift.rule_id), 0);
  return price;
}

}  // namespace kassa::checkout
