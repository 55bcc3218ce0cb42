#include "services/checkout/preview.hpp"

#include "services/checkout/pricing.hpp"
#include "services/checkout/ways_to_pay.hpp"

namespace kassa::checkout {
namespace {

/// The goods of a line that says what they cost, have or are.
std::shared_ptr<const ports::VariantView> described_goods(const PreviewLine& line, const ports::VariantView* known,
                                                          Currency currency) {
  auto goods = known == nullptr ? std::make_shared<ports::VariantView>() : std::make_shared<ports::VariantView>(*known);
  if (known == nullptr) {
    goods->id = VariantId{line.item};
    goods->sku = line.sku;
    goods->full_title = line.product.title;
    goods->tax_class = "standard";
    goods->product = std::make_shared<const ports::ProductView>(line.product);
  }
  if (!line.facts.empty()) goods->facts = std::make_shared<const std::vector<Fact>>(line.facts);
  if (!line.price) return goods;
  ports::PriceView price;
  price.currency = currency;
  price.amount = *line.price;
  goods->prices = {price};
  if (goods->specials && !goods->specials->prices.empty()) {
    auto terms = std::make_shared<ports::VariantSpecials>(*goods->specials);
    terms->prices.clear();  // What a price list says is not what it costs.
    goods->specials = std::move(terms);
  }
  return goods;
}

/// Without levels: whatever is in a previewed cart is there.
std::vector<Goods> goods_of(const PreviewCart& cart, const Snapshot& snapshot, Preview& out) {
  std::vector<Goods> goods(cart.lines.size());
  for (std::size_t i = 0; i < goods.size(); ++i) {
    const PreviewLine& line = cart.lines[i];
    goods[i].variant = snapshot.catalog->find(line.item);
    if (!line.price && (line.facts.empty() || goods[i].variant == nullptr)) continue;
    out.described.push_back(described_goods(line, goods[i].variant, cart.currency));
    goods[i].variant = out.described.back().get();
  }
  return goods;
}

Delivery delivery_of(const PreviewCart& cart) {
  Delivery delivery;
  delivery.id = "delivery";
  Destination destination;
  destination.id = "destination";
  destination.address = *cart.destination;
  delivery.destinations.push_back(std::move(destination));
  delivery.selected = "destination";
  GroupChoice choice;
  choice.option = cart.shipping_method;
  delivery.groups.push_back(std::move(choice));
  return delivery;
}

Result<Session> session_of(const PreviewCart& cart, const Snapshot& snapshot, Instant now) {
  Session session;
  session.store = snapshot.store;
  session.currency = cart.currency;
  session.created_at = session.updated_at = now;
  session.expires_at = now + snapshot.settings.checkout_life;
  for (const PreviewLine& wanted : cart.lines) {
    Line line;
    line.id = LineId{"line_" + std::to_string(session.lines.size() + 1)};
    line.item = wanted.item;
    line.quantity = wanted.quantity;
    session.lines.push_back(std::move(line));
  }
  session.codes = cart.codes;
  session.has_codes = !cart.codes.empty();
  session.drawn = cart.drawn;
  if (!cart.facts.empty()) session.facts = std::make_shared<const std::vector<Fact>>(cart.facts);
  session.buyer.email = cart.email;
  if (cart.orders_count || cart.segments) {
    session.known_orders = KnownOrders{cart.email, cart.orders_count.value_or(-1), cart.segments};
    session.vouched = true;  // The merchant asks.
  }
  if (cart.destination) session.deliveries.push_back(delivery_of(cart));
  if (!cart.payment_method.empty()) {
    auto instrument = instrument_of_type(cart.payment_method, snapshot);
    if (!instrument)
      return Error{Errc::kInvalidRequest, "no payment handler of this store takes this", "/payment_method"};
    session.instruments.push_back(std::move(*instrument));
  }
  return session;
}

discounts::CartLine owning(const discounts::LineView& view) {
  discounts::CartLine line;
  line.line_id = view.line_id;
  line.variant = *view.variant;
  line.product = *view.product;
  line.sku = *view.sku;
  line.category = *view.category;
  line.vendor = *view.vendor;
  line.tags = *view.tags;
  line.quantity = view.quantity;
  line.unit_price = view.unit_price;
  line.minimum_price = view.minimum_price;
  line.facts = *view.facts;
  return line;
}

template <class T>
std::vector<T> owning(std::span<const T> items) {
  return std::vector<T>(items.begin(), items.end());
}

discounts::Cart owning(const discounts::CartView& view) {
  discounts::Cart cart;
  cart.currency = view.currency;
  for (const discounts::LineView& line : view.lines) cart.lines.push_back(owning(line));
  cart.shipping = owning(view.shipping);
  cart.codes = owning(view.codes);
  cart.country = view.country;
  cart.customer = view.customer;
  cart.customer_orders = view.customer_orders;
  cart.payment_method = view.payment_method;
  cart.used_up = owning(view.used_up);
  cart.segments = owning(view.segments);
  cart.prepaid = view.prepaid;
  cart.cod_minutes = view.cod_minutes;
  cart.facts = owning(view.facts);
  cart.provisional = view.provisional;
  return cart;
}

}  // namespace

Result<Preview> preview(const PreviewCart& cart, const Snapshot& snapshot, Instant now,
                        std::span<const std::string> names) {
  Preview out;
  KASSA_TRY(const auto session, session_of(cart, snapshot, now));
  const auto goods = goods_of(cart, snapshot, out);
  KASSA_TRY(auto quote, price(session, goods, snapshot, now));
  out.quote = std::move(quote);
  if (names.empty()) return out;
  const DiscountQuestion question = discount_question(session, snapshot, out.quote);
  out.fates = discounts::explain(*snapshot.rules, owning(question.cart), snapshot.usage, now,
                                 snapshot.settings.rounding, names);
  return out;
}

}  // namespace kassa::checkout
