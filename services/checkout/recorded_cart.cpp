#include "services/checkout/recorded_cart.hpp"

#include <algorithm>
#include <array>

#include "services/base/country.hpp"
#include "services/base/email.hpp"
#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/json_fields.hpp"
#include "services/checkout/place.hpp"
#include "services/checkout/pricing.hpp"
#include "services/checkout/ways_to_pay.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::checkout {
namespace {

constexpr std::array<std::int64_t, 9> kOrdersBuckets{0, 1, 2, 3, 5, 10, 20, 50, 100};
constexpr std::size_t kRecordedIdDigits = 26;

void record_lines(const Quote& quote, RecordedCart& cart) {
  for (const QuoteLine& line : quote.lines) {
    // An unknown item is whatever the shopper typed.
    if (line.gift || line.variant == nullptr || line.quantity <= 0) continue;
    RecordedLine out;
    out.variant = line.variant->id.value;
    out.quantity = line.quantity;
    out.unit_price = line.unit_price;
    cart.lines.push_back(std::move(out));
  }
}

/// A region that neither the standard nor the merchant knows is free text.
void record_place(const Session& session, const Quote& quote, const Snapshot& snapshot, RecordedCart& cart) {
  const Place place = sale_place(session, quote);
  if (!is_country(place.country)) return;
  cart.country = place.country;
  const bool taxed_there = std::ranges::any_of(snapshot.taxes, [&](const TaxRate& rate) {
    return rate.country == place.country && rate.region == place.region;
  });
  if (taxed_there || is_region(place.country, place.region)) cart.region = place.region;
}

void add_once(std::vector<std::string>& to, const std::string& word) {
  if (!word.empty() && std::ranges::find(to, word) == to.end()) to.push_back(word);
}

/// The rule of whose pool the typed code is; empty: of none.
std::string pool_of(const Session& session, std::string_view typed) {
  if (!session.drawn) return {};
  const auto drawn = std::ranges::find(session.drawn->codes, ports::folded_code(typed), &DrawnCode::code);
  return drawn == session.drawn->codes.end() ? std::string{} : drawn->rule;
}

template <class Discount>
void record_code(const Session& session, const Discount& discount, RecordedCart& cart) {
  const bool pooled = code_spent(session, discount) != nullptr;
  add_once(pooled ? cart.pools : cart.codes, pooled ? discount.rule_id : discount.code);
}

void record_codes(const Session& session, const Quote& quote, RecordedCart& cart) {
  for (const auto& applied : quote.discounts.applied) record_code(session, applied, cart);
  for (const auto& gift : quote.discounts.gifts) record_code(session, gift, cart);
  for (const auto& rejected : quote.discounts.rejected) {
    const std::string& typed = session.codes.at(rejected.index);
    const std::string pool = pool_of(session, typed);
    if (!pool.empty()) {
      // One that an order has is of no use to anybody.
      if (rejected.reason != "discount_code_usage_limit_reached") add_once(cart.pools, pool);
    } else if (!rejected.rule_id.empty()) {
      add_once(cart.codes, rejected.code);
    }
  }
}

void record_shipping(const Quote& quote, RecordedCart& cart) {
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) {
      if (group.selected.empty()) continue;
      RecordedShipping out;
      out.option = group.selected;
      out.amount = group.amount;
      cart.shipping.push_back(std::move(out));
    }
  }
}

void record_buyer(const Session& session, RecordedCart& cart) {
  cart.known_buyer = is_email(session.buyer.email);
  if (!cart.known_buyer || !session.known_orders || session.known_orders->email != session.buyer.email) return;
  if (session.known_orders->count >= 0) cart.orders_count = orders_bucket(session.known_orders->count);
  cart.segments = session.known_orders->segments;
}

json::string_view bare(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::int64_t orders_bucket(std::int64_t count) noexcept {
  const auto above = std::ranges::upper_bound(kOrdersBuckets, count);
  return above == kOrdersBuckets.begin() ? 0 : *std::prev(above);
}

bool is_recorded(const CheckoutId& id, int percent) {
  if (percent <= 0) return false;
  constexpr unsigned kAll = 100;
  const Digest digest = sha256(id.value);
  const unsigned drawn = std::to_integer<unsigned>(digest[0]) << 16U | std::to_integer<unsigned>(digest[1]) << 8U |
                         std::to_integer<unsigned>(digest[2]);
  return drawn % kAll < static_cast<unsigned>(percent);
}

std::string recording_id(const Session& session, const ports::DataKey& key) {
  // No copy of the key is made.
  const Digest secret = sha256(as_text(key.bytes()));
  const Digest digest = sha256(to_hex(secret) + "|recorded_cart|" + session.store.value + "|" + session.id.value);
  return "rec_" + to_base32(digest).substr(0, kRecordedIdDigits);
}

std::optional<RecordedCart> recorded_cart(const Session& session, const Quote& quote, const Snapshot& snapshot) {
  RecordedCart cart;
  record_lines(quote, cart);
  if (cart.lines.empty()) return std::nullopt;
  cart.at = std::chrono::floor<std::chrono::minutes>(session.updated_at);
  cart.ordered = session.state == State::kCompleted;
  cart.currency = session.currency;
  record_place(session, quote, snapshot, cart);
  record_codes(session, quote, cart);
  record_shipping(quote, cart);
  const std::string_view method = payment_method(session, snapshot);
  if (is_listed(snapshot, method)) cart.payment_method = method;
  cart.tax_exempt = is_tax_exempt(session, snapshot);
  record_buyer(session, cart);
  return cart;
}

std::string encode_recorded(const RecordedCart& cart) {
  JsonWriter out;
  const auto text = [](JsonWriter& to, const std::string& value) { to.text(value); };
  out.begin_object();
  out.member("currency", cart.currency.code());
  put_array(out, "lines", cart.lines, [](JsonWriter& to, const RecordedLine& line) {
    to.begin_object();
    to.member("variant", line.variant);
    to.member("quantity", line.quantity);
    to.member("price", line.unit_price);
    to.end_object();
  });
  put(out, "country", cart.country);
  put(out, "region", cart.region);
  put_array(out, "codes", cart.codes, text);
  put_array(out, "pools", cart.pools, text);
  put_array(out, "shipping", cart.shipping, [](JsonWriter& to, const RecordedShipping& shipping) {
    to.begin_object();
    to.member("option", shipping.option);
    to.member("amount", shipping.amount);
    to.end_object();
  });
  put(out, "payment", cart.payment_method);
  put_flag(out, "buyer", cart.known_buyer);
  put_flag(out, "tax_exempt", cart.tax_exempt);
  if (cart.orders_count) out.member("orders", *cart.orders_count);
  put_flag(out, "segments_known", cart.segments.has_value());
  if (cart.segments) put_array(out, "segments", *cart.segments, text);
  out.end_object();
  return out.text();
}

RecordedCart decode_recorded(std::string_view body) {
  const json::value value = json::parse(bare(body));
  ensure(value.is_object(), "a recorded cart is an object");
  const json::object& in = value.get_object();
  const auto text = [](const json::value& item) { return std::string(item.as_string()); };
  RecordedCart cart;
  const auto currency = Currency::from_code(text_of(in, "currency"));
  ensure(currency.has_value(), "a recorded cart has a currency");
  cart.currency = *currency;
  get_array(in, "lines", cart.lines, [](const json::value& item) {
    const json::object& line = item.as_object();
    RecordedLine out;
    out.variant = text_of(line, "variant");
    out.quantity = int_of(line, "quantity");
    out.unit_price = int_of(line, "price");
    return out;
  });
  cart.country = text_of(in, "country");
  cart.region = text_of(in, "region");
  get_array(in, "codes", cart.codes, text);
  get_array(in, "pools", cart.pools, text);
  get_array(in, "shipping", cart.shipping, [](const json::value& item) {
    RecordedShipping out;
    out.option = text_of(item.as_object(), "option");
    out.amount = int_of(item.as_object(), "amount");
    return out;
  });
  cart.payment_method = text_of(in, "payment");
  cart.known_buyer = flag_of(in, "buyer");
  cart.tax_exempt = flag_of(in, "tax_exempt");
  if (in.contains("orders")) cart.orders_count = int_of(in, "orders");
  if (flag_of(in, "segments_known")) get_array(in, "segments", cart.segments.emplace(), text);
  return cart;
}

}  // namespace kassa::checkout
