#include "discounts/facts.hpp"

#include "discounts/posting.hpp"

namespace kassa::discounts {
namespace {

std::string_view text_of(const std::string& text) noexcept { return text; }
std::string_view text_of(const std::string* text) noexcept { return *text; }

}  // namespace

std::uint32_t CartFacts::note(std::uint32_t id) {
  if (id > ValueTable::kUnmentioned) found_->insert(id);
  return id;
}

std::uint32_t CartFacts::note_cart(Attribute attribute, std::uint32_t id) {
  if (id > ValueTable::kUnmentioned) {
    cart_ids_.push_back(id);
    cart_attributes_ |= attribute_bit(place_of(attribute));
  }
  return note(id);
}

template <class Items, class Text>
void CartFacts::read_column(Attribute attribute, const Items& items, Text text) {
  std::vector<std::uint32_t>& column = columns_[place_of(attribute)];
  column.clear();
  if (!values_->mentions(attribute)) return;
  prepared_.resize(items.size());
  column.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) prepared_[i] = values_->prepare(attribute, text_of(items[i].*text));
  for (std::size_t i = 0; i < items.size(); ++i)
    column[i] = note(values_->find(attribute, text_of(items[i].*text), prepared_[i]));
}

void CartFacts::read_tags(const CartView& cart) {
  constexpr Attribute kTags = Attribute::kLineTags;
  std::vector<std::uint32_t>& column = columns_[place_of(kTags)];
  column.clear();
  tag_ends_.clear();
  if (!values_->mentions(kTags)) return;
  prepared_.clear();
  for (const LineView& line : cart.lines) {
    for (const std::string& tag : *line.tags) prepared_.push_back(values_->prepare(kTags, tag));
  }
  std::size_t next = 0;
  for (const LineView& line : cart.lines) {
    for (const std::string& tag : *line.tags) {
      const std::uint32_t id = note(values_->find(kTags, tag, prepared_[next++]));
      if (id > ValueTable::kUnmentioned) column.push_back(id);
    }
    tag_ends_.push_back(static_cast<std::uint32_t>(column.size()));
  }
}

void CartFacts::read_own(std::span<const Fact> facts, const Registry& registry, bool in_line, std::uint32_t line) {
  for (const AttributeRow& row : registry.own()) {
    if (row.in_line != in_line || !is_text(row.type) || !values_->mentions(row.attribute)) continue;
    for (const Fact& fact : facts) {
      if (fact.name != row.name) continue;
      const auto begin = static_cast<std::uint32_t>(own_ids_.size());
      for (const std::string& text : fact.texts) {
        const std::uint32_t id = values_->find(row.attribute, text);
        own_ids_.push_back(in_line ? note(id) : note_cart(row.attribute, id));
      }
      own_.push_back({row.attribute, line, begin, static_cast<std::uint32_t>(own_ids_.size())});
    }
  }
}

CartFacts::Own CartFacts::own(Attribute attribute, std::size_t line) const noexcept {
  for (const OwnTexts& texts : own_) {
    if (texts.attribute == attribute && texts.line == line)
      return {std::span(own_ids_).subspan(texts.begin, texts.end - texts.begin), true};
  }
  return {};
}

void CartFacts::read(const CartView& cart, const ValueTable& values, const Registry& registry, BitTree& found) {
  values_ = &values;
  found_ = &found;
  cart_ids_.clear();
  cart_attributes_ = kAttributeBits;
  const auto one = [&](Attribute attribute, std::string_view text) {
    return note_cart(attribute, values.find(attribute, text));
  };
  country_ = one(Attribute::kCartCountry, cart.country);
  currency_ = one(Attribute::kCartCurrency, cart.currency.code());
  payment_ = one(Attribute::kPaymentMethod, cart.payment_method);
  auto& segments = columns_[place_of(Attribute::kCustomerSegments)];
  segments.clear();
  for (const std::string& segment : cart.segments) segments.push_back(one(Attribute::kCustomerSegments, segment));
  read_column(Attribute::kLineSku, cart.lines, &LineView::sku);
  read_column(Attribute::kLineVariant, cart.lines, &LineView::variant);
  read_column(Attribute::kLineProduct, cart.lines, &LineView::product);
  read_column(Attribute::kLineCategory, cart.lines, &LineView::category);
  read_column(Attribute::kLineVendor, cart.lines, &LineView::vendor);
  read_column(Attribute::kShippingMethod, cart.shipping, &CartShipping::method);
  read_tags(cart);
  own_.clear();
  own_ids_.clear();
  if (registry.own().empty()) return;
  read_own(cart.facts, registry, false, 0);
  for (std::uint32_t i = 0; i < cart.lines.size(); ++i) read_own(*cart.lines[i].facts, registry, true, i);
}

}  // namespace kassa::discounts
