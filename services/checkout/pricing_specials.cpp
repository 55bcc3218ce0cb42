#include "services/checkout/pricing_specials.hpp"

#include "services/base/text.hpp"
#include "services/checkout/price_for.hpp"

namespace kassa::checkout {
namespace {

/// Of the variant in lines up to this one, and in all of them.
struct Pieces {
  std::int64_t so_far{};
  std::int64_t all{};
  bool first{true};  ///< No line before this one has the variant.
};

Pieces count_pieces(const SpecialsQuestion& asked, std::size_t index) {
  Pieces pieces;
  for (std::size_t i = 0; i < asked.goods.size(); ++i) {
    if (asked.goods[i].variant != asked.goods[index].variant) continue;
    pieces.all += asked.session.lines[i].quantity;
    if (i <= index) pieces.so_far += asked.session.lines[i].quantity;
    if (i < index) pieces.first = false;
  }
  return pieces;
}

void tell_limit(Quote& quote, std::size_t index, std::string code, std::string_view name, std::int64_t limit) {
  Message message(Level::kError, std::move(code), "$.line_items[" + std::to_string(index) + "].quantity");
  message.params.emplace_back(name, std::to_string(limit));
  quote.messages.push_back(std::move(message));
}

void tell_time(Quote& quote, std::size_t index, std::string code, Instant at) {
  Message message(Level::kError, std::move(code), "$.line_items[" + std::to_string(index) + "]");
  message.params.emplace_back("time", to_rfc3339(at));
  quote.messages.push_back(std::move(message));
}

std::int64_t bought_before(const Session& session, const ports::VariantView& variant) {
  const auto known = std::ranges::find(session.limited_items, variant.id.value, &LimitedItem::variant);
  return known == session.limited_items.end() ? 0 : known->bought;
}

/// What is too little is told at the first line of the variant, what is too much at the one that passes the limit.
void check_quantities(const SpecialsQuestion& asked, const Pieces& pieces, std::size_t index, Quote& quote) {
  const ports::SaleTerms& terms = asked.goods[index].variant->specials->terms;
  const std::int64_t before = pieces.so_far - asked.session.lines[index].quantity;
  const auto passes = [&](std::int64_t most) { return pieces.so_far > most && (before <= most || pieces.first); };
  if (pieces.first && pieces.all < terms.minimum_quantity) {
    tell_limit(quote, index, "minimum_quantity", "minimum", terms.minimum_quantity);
  }
  if (pieces.first && terms.quantity_multiple > 1 && pieces.all % terms.quantity_multiple != 0) {
    tell_limit(quote, index, "quantity_multiple", "multiple", terms.quantity_multiple);
  }
  if (terms.maximum_quantity > 0 && passes(terms.maximum_quantity)) {
    tell_limit(quote, index, "maximum_quantity", "maximum", terms.maximum_quantity);
  }
  if (terms.customer_limit == 0) return;
  const std::int64_t left = terms.customer_limit - bought_before(asked.session, *asked.goods[index].variant);
  if (passes(std::max<std::int64_t>(left, 0))) {
    tell_limit(quote, index, "customer_limit", "maximum", terms.customer_limit);
  }
}

void keep_sooner(std::optional<Instant>& at, const std::optional<Instant>& other, Instant now) {
  if (other && *other > now && (!at || *other < *at)) at = other;
}

void check_sale_window(const ports::SaleTerms& terms, Instant now, std::size_t index, Quote& quote) {
  if (terms.sale_from && now < *terms.sale_from) {
    tell_time(quote, index, "not_on_sale_yet", *terms.sale_from);
  } else if (terms.sale_until && now >= *terms.sale_until) {
    tell_time(quote, index, "no_longer_on_sale", *terms.sale_until);
  }
}

}  // namespace

bool price_special(const SpecialsQuestion& asked, std::size_t index, Quote& quote, std::optional<Instant>& changes_at) {
  const ports::VariantView& variant = *asked.goods[index].variant;
  const ports::SaleTerms& terms = variant.specials->terms;
  const Pieces pieces = count_pieces(asked, index);
  const PriceQuestion question{quote.currency, pieces.all, groups_of(asked.session), asked.now};
  keep_sooner(changes_at, price_changes_at(variant, question), asked.now);
  keep_sooner(changes_at, terms.sale_from, asked.now);
  keep_sooner(changes_at, terms.sale_until, asked.now);
  keep_sooner(changes_at, terms.preorder_until, asked.now);
  const auto found = price_for(variant, question);
  if (!found) return false;
  QuoteLine& line = quote.lines[index];
  line.unit_price = found->amount;
  LineDetail detail;
  detail.properties = asked.session.lines[index].properties;
  detail.listed = found->list != nullptr;
  if (detail.listed) {
    detail.price_list = found->list->list;
    detail.compare_at = found->compare_at;
  }
  if (terms.preorder_until && asked.now < *terms.preorder_until) detail.preorder_until = terms.preorder_until;
  detail.minimum_age = terms.minimum_age;
  const bool tells = detail.listed || detail.preorder_until || detail.minimum_age > 0 || !detail.properties.empty();
  if (tells) line.detail = std::make_shared<const LineDetail>(std::move(detail));
  check_quantities(asked, pieces, index, quote);
  check_sale_window(terms, asked.now, index, quote);
  return true;
}

void show_properties(const Line& wanted, QuoteLine& line) {
  LineDetail detail;
  detail.properties = wanted.properties;
  line.detail = std::make_shared<const LineDetail>(std::move(detail));
}

void ask_for_age(const Session& session, Quote& quote) {
  if (detail_of(session).age_confirmed) return;
  std::int64_t age = 0;
  for (const QuoteLine& line : quote.lines) age = std::max(age, line.detail ? line.detail->minimum_age : 0);
  if (age == 0) return;
  Message message(Level::kError, "age_confirmation_required", "$.age_confirmed", Severity::kBuyerInput);
  message.params.emplace_back("minimum_age", std::to_string(age));
  quote.messages.push_back(std::move(message));
}

}  // namespace kassa::checkout
