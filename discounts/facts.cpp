#include "discounts/facts.hpp"

namespace kassa::discounts {
namespace {

std::string_view text_of(const std::string& text) noexcept { return text; }
std::string_view text_of(const std::string* text) noexcept { return *text; }

}  // namespace

std::uint32_t CartFacts::note(std::uint32_t id) {
  if (id > ValueTable::kUnmentioned) found_->insert(id);
  return id;
}

template <class Items, class Text>
void CartFacts::read_column(Attribute attribute, const Items& items, Text text) {
  std::vector<std::uint32_t>& column = columns_[static_cast<std::size_t>(attribute)];
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
  std::vector<std::uint32_t>& column = columns_[static_cast<std::size_t>(kTags)];
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

void CartFacts::read(const CartView& cart, const ValueTable& values, BitTree& found) {
  values_ = &values;
  found_ = &found;
  country_ = note(values.find(Attribute::kCartCountry, cart.country));
  currency_ = note(values.find(Attribute::kCartCurrency, cart.currency.code()));
  payment_ = note(values.find(Attribute::kPaymentMethod, cart.payment_method));
  read_column(Attribute::kLineSku, cart.lines, &LineView::sku);
  read_column(Attribute::kLineVariant, cart.lines, &LineView::variant);
  read_column(Attribute::kLineProduct, cart.lines, &LineView::product);
  read_column(Attribute::kLineCategory, cart.lines, &LineView::category);
  read_column(Attribute::kLineVendor, cart.lines, &LineView::vendor);
  read_column(Attribute::kShippingMethod, cart.shipping, &CartShipping::method);
  read_tags(cart);
}

}  // namespace kassa::discounts
