// What holds for any shop and any cart.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/checkout/completion.hpp"
#include "services/checkout/quote_json.hpp"
#include "tests/unit/checkout/any_shop.hpp"

namespace kassa::checkout {
namespace {

std::int64_t sum_of(const Quote& quote, ComponentKind kind) {
  std::int64_t sum = 0;
  for (const Component& component : quote.components) sum += component.kind == kind ? component.amount : 0;
  return sum;
}

std::int64_t sum_lines(const Quote& quote, std::int64_t QuoteLine::* member) {
  std::int64_t sum = 0;
  for (const QuoteLine& line : quote.lines) sum += line.*member;
  return sum;
}

std::int64_t sum_groups(const Quote& quote, std::int64_t QuoteGroup::* member) {
  std::int64_t sum = 0;
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) sum += group.*member;
  }
  return sum;
}

RC_GTEST_PROP(PricingProperty, PartsSumToTheirWholeAndComponentsToTheTotal, ()) {
  const Shop shop = any_shop();
  const Quote quote = price_now(any_session(shop), shop);
  std::int64_t total = 0;
  for (const Component& component : quote.components) total += component.amount;
  RC_ASSERT(total == quote.total);
  RC_ASSERT(quote.total >= 0);
  RC_ASSERT(quote.components.at(0).kind == ComponentKind::kSubtotal);
  RC_ASSERT(sum_of(quote, ComponentKind::kSubtotal) == sum_lines(quote, &QuoteLine::subtotal));
  RC_ASSERT(sum_of(quote, ComponentKind::kItemsDiscount) == -sum_lines(quote, &QuoteLine::items_discount));
  RC_ASSERT(sum_of(quote, ComponentKind::kDiscount) ==
            -(sum_lines(quote, &QuoteLine::order_discount) + sum_groups(quote, &QuoteGroup::discount)));
  RC_ASSERT(sum_of(quote, ComponentKind::kFulfillment) == sum_groups(quote, &QuoteGroup::amount));
  for (const QuoteLine& line : quote.lines) {
    RC_ASSERT(line.subtotal == line.unit_price * line.quantity);
    RC_ASSERT(line.net() >= 0);
  }
  for (const QuoteDelivery& delivery : quote.deliveries) {
    for (const QuoteGroup& group : delivery.groups) RC_ASSERT(group.discount >= 0 && group.discount <= group.amount);
  }
}

RC_GTEST_PROP(PricingProperty, TaxReconcilesPerEntryAndPerLine, ()) {
  const Shop shop = any_shop();
  const Quote quote = price_now(any_session(shop), shop);
  std::int64_t entries = 0;
  std::int64_t bases = 0;
  for (const TaxEntry& entry : quote.taxes) {
    RC_ASSERT(entry.included == shop.prices_include_tax);
    RC_ASSERT(entry.amount >= 0);
    const auto expected = entry.included ? included_basis_points(entry.base, entry.bps, shop.rounding)
                                         : basis_points(entry.base, entry.bps, shop.rounding);
    RC_ASSERT(entry.amount == expected.value());
    entries += entry.amount;
    bases += entry.base;
  }
  const std::int64_t told = sum_of(quote, ComponentKind::kTax);
  RC_ASSERT(told == (shop.prices_include_tax ? 0 : entries));
  RC_ASSERT(sum_lines(quote, &QuoteLine::tax) <= entries);
  const std::int64_t shipping = sum_groups(quote, &QuoteGroup::amount) - sum_groups(quote, &QuoteGroup::discount);
  std::int64_t goods = 0;
  for (const QuoteLine& line : quote.lines) goods += line.net();
  RC_ASSERT(bases <= goods + shipping);
  if (shipping == 0) RC_ASSERT(sum_lines(quote, &QuoteLine::tax) == entries);
}

RC_GTEST_PROP(PricingProperty, TheSameInputsGiveTheSameQuote, ()) {
  const Shop shop = any_shop();
  const Session session = any_session(shop);
  const Quote first = price_now(session, shop);
  const Quote again = price_now(session, shop);
  RC_ASSERT(first.hash == again.hash);
  RC_ASSERT(first.hash == quote_hash(first));
  RC_ASSERT(written(first) == written(again));
  RC_ASSERT(messages_of(first.messages) == messages_of(again.messages));
}

RC_GTEST_PROP(PricingProperty, ANewRevisionAloneChangesNoHash, ()) {
  Shop shop = any_shop();
  const Session session = any_session(shop);
  const std::string before = price_now(session, shop).hash;
  shop.revision += 1;
  RC_ASSERT(price_now(session, shop).hash == before);
}

RC_GTEST_PROP(PricingProperty, TheLedgerEntryOfASaleBalances, ()) {
  const Shop shop = any_shop();
  const Quote quote = price_now(any_session(shop), shop);
  std::int64_t sum = 0;
  std::int64_t receivable = 0;
  std::int64_t taxes = 0;
  for (const LedgerLine& part : sale_entry(quote)) {
    RC_ASSERT(part.amount != 0);
    sum += part.amount;
    if (part.account == "receivable") receivable += part.amount;
    if (part.account.starts_with("tax_payable:")) taxes -= part.amount;
  }
  RC_ASSERT(sum == 0);
  RC_ASSERT(receivable == quote.total);
  std::int64_t told = 0;
  for (const TaxEntry& entry : quote.taxes) told += entry.amount;
  RC_ASSERT(taxes == told);
}

}  // namespace
}  // namespace kassa::checkout
