#include "services/catalog/catalog_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/base/ensure.hpp"
#include "services/catalog/own_attributes.hpp"
#include "services/catalog/sale_terms_json.hpp"
#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

// The rows are this function's to take apart: moving text out of them halves the time of loading.
std::string take(ports::SqlValue& value) {
  std::string* const text = std::get_if<std::string>(&value);
  ensure(text != nullptr, "a text column holds text");
  return std::move(*text);
}

std::vector<std::string> tags_of(const std::string& text) {
  std::vector<std::string> tags;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    tags.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return tags;
}

using Products = std::unordered_map<std::string, std::shared_ptr<const ports::ProductView>>;

Products products_of(std::vector<ports::Row>& rows) {
  Products products;
  products.reserve(rows.size());
  for (ports::Row& row : rows) {
    auto product = std::make_shared<ports::ProductView>();
    product->id = ProductId{as_string(row[0])};
    product->handle = take(row[1]);
    product->title = take(row[2]);
    product->vendor = take(row[3]);
    product->category = take(row[4]);
    product->tags = tags_of(as_string(row[5]));
    product->image_url = take(row[6]);
    product->published = as_int(row[7]) != 0;
    products.emplace(take(row[0]), std::move(product));
  }
  return products;
}

ports::VariantView variant_of(ports::Row& row, std::shared_ptr<const ports::ProductView> product) {
  const std::int64_t flags = as_int(row[7]);
  ports::VariantView variant;
  variant.id = VariantId{take(row[0])};
  variant.product = std::move(product);
  variant.title = take(row[2]);
  variant.sku = take(row[3]);
  variant.image_url = take(row[4]);
  variant.tax_class = take(row[5]);
  variant.grams = as_int(row[6]);
  variant.requires_shipping = (flags & kFlagRequiresShipping) != 0;
  variant.taxable = (flags & kFlagTaxable) != 0;
  variant.tracked = (flags & kFlagTracked) != 0;
  variant.backorder = (flags & kFlagBackorder) != 0;
  return variant;
}

ports::PriceView price_of(const ports::Row& row) {
  const auto currency = Currency::from_code(as_string(row[1]));
  ensure(currency.has_value(), "a stored price has a known currency");
  ports::PriceView price;
  price.currency = *currency;
  price.amount = as_int(row[2]);
  if (!ports::is_null(row[3])) price.compare_at = as_int(row[3]);
  return price;
}

ports::ListPrice list_price_of(const ports::Row& row, const PriceListNames& names) {
  ports::ListPrice price;
  const auto currency = Currency::from_code(as_string(row[1]));
  ensure(currency.has_value(), "a stored price has a known currency");
  price.currency = *currency;
  price.list = as_string(row[2]);
  price.group = as_string(row[3]);
  if (const auto name = names.find(price.list); name != names.end()) {
    price.group = name->second.group;
    price.priority = name->second.priority;
  }
  price.min_quantity = as_int(row[4]);
  if (as_int(row[5]) != kValidAlways) price.from = from_millis(as_int(row[5]));
  if (as_int(row[6]) != kValidForever) price.until = from_millis(as_int(row[6]));
  price.amount = as_int(row[7]);
  if (!ports::is_null(row[8])) price.compare_at = as_int(row[8]);
  return price;
}

/// Null for an ordinary variant. `next` moves over its rows.
std::shared_ptr<const ports::VariantSpecials> specials_of(const std::string& variant, const std::string& terms,
                                                          const CatalogRows& rows,
                                                          std::vector<ports::Row>::const_iterator& next) {
  const auto end = rows.list_prices.end();
  while (next != end && as_string((*next)[0]) < variant) ++next;
  const bool listed = next != end && as_string((*next)[0]) == variant;
  if (!listed && terms.empty()) return nullptr;
  ports::VariantSpecials specials;
  for (; next != end && as_string((*next)[0]) == variant; ++next) {
    specials.prices.push_back(list_price_of(*next, rows.list_names));
  }
  specials.terms = parse_sale_terms(terms);
  return std::make_shared<const ports::VariantSpecials>(std::move(specials));
}

void count_stock(const StoreId& store, ports::StockView& stock, std::vector<ports::VariantView>& variants) {
  for (ports::VariantView& variant : variants) {
    if (variant.tracked && !variant.backorder) variant.in_stock = stock.counter(store, variant.id);
  }
}

}  // namespace

std::vector<ports::VariantView> variants_from(CatalogRows& rows, const StoreId& store, ports::StockView* stock,
                                              std::span<const AttributeSpec> declared) {
  const Products products = products_of(rows.products);
  std::vector<ports::VariantView> variants;
  variants.reserve(rows.variants.size());
  // Both are in the order of variant_id, so one pass joins them.
  auto price = rows.prices.begin();
  auto list_price = rows.list_prices.cbegin();
  for (ports::Row& row : rows.variants) {
    const std::string& id = as_string(row[0]);
    std::vector<ports::PriceView> prices;
    while (price != rows.prices.end() && as_string((*price)[0]) < id) ++price;
    for (; price != rows.prices.end() && as_string((*price)[0]) == id; ++price) prices.push_back(price_of(*price));
    const auto product = products.find(as_string(row[1]));
    if (product == products.end() || (as_int(row[7]) & kFlagWithdrawn) != 0) continue;
    auto specials = specials_of(id, as_string(row[8]), rows, list_price);
    variants.push_back(variant_of(row, product->second));
    variants.back().prices = std::move(prices);
    variants.back().specials = std::move(specials);
  }
  if (stock != nullptr) count_stock(store, *stock, variants);
  give_attributes(rows.own, declared, variants);
  return variants;
}

asio::awaitable<Result<PriceListNames>> load_price_list_names(ports::Store& store, StoreId id) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(std::move(id.value));
  params.emplace_back(std::string(kPriceListsKind));
  ports::Step step("SELECT body FROM rate_table WHERE store_id = $1 AND kind = $2", std::move(params));
  auto rows = co_await store.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return PriceListNames{};
  const json::value stored = json::parse(as_string(rows.value().front()[0]));
  co_return names_of_price_lists(stored.as_array());
}

}  // namespace kassa::catalog
