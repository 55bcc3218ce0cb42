#include "services/catalog/product_export.hpp"

#include <algorithm>
#include <map>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"
#include "services/base/money.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/sync_batch.hpp"
#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

constexpr std::string_view kExportProducts =
    "SELECT p.product_id, p.handle, p.title, p.vendor, p.category, p.tags, p.image_url, p.body, p.published, "
    "p.revision, coalesce(c.revision, 0) FROM product AS p LEFT JOIN catalog_change AS c ON c.store_id = p.store_id "
    "AND c.kind = 'product' AND c.id = p.product_id WHERE p.store_id = $1 AND p.product_id > $2 ORDER BY p.product_id "
    "LIMIT $3";
constexpr std::string_view kExportVariants =
    "SELECT product_id, variant_id, title, sku, image_url, tax_class, body, grams, flags, terms FROM variant WHERE "
    "store_id = $1 AND product_id >= $2 AND product_id <= $3 ORDER BY product_id, position, variant_id";
constexpr std::string_view kExportPrices =
    "SELECT p.variant_id, p.currency, p.amount, p.compare_at FROM variant AS v CROSS JOIN price AS p WHERE p.store_id "
    "= v.store_id AND p.variant_id = v.variant_id AND v.store_id = $1 AND v.product_id >= $2 AND v.product_id <= $3 "
    "ORDER BY p.variant_id, p.currency";

json::object stored_object(const std::string& text) {
  if (text.empty()) return {};
  json::error_code failed;
  json::value value = json::parse(text, failed);
  ensure(!failed && value.is_object(), "a stored body is an object");
  return std::move(value.get_object());
}

void put_text(json::object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

std::string decimal(std::int64_t minor, Currency currency) {
  const std::string text = to_text(Money(minor, currency));
  return text.substr(0, text.find(' '));
}

/// Times are kept as milliseconds and written as RFC 3339.
void put_terms(json::object& out, const std::string& terms) {
  for (const auto& member : stored_object(terms)) {
    const std::string_view name{member.key().data(), member.key().size()};
    const bool is_time = name == "sale_from" || name == "sale_until" || name == "preorder_until";
    if (is_time) {
      out[name] = to_rfc3339(from_millis(member.value().as_int64()));
    } else {
      out[name] = member.value();
    }
  }
}

using PricesByVariant = std::map<std::string, json::object>;

PricesByVariant prices_by_variant(const std::vector<ports::Row>& rows, const std::vector<Currency>& currencies) {
  PricesByVariant prices;
  for (const ports::Row& row : rows) {
    const auto currency = Currency::from_code(as_string(row[1]));
    if (!currency || std::ranges::find(currencies, *currency) == currencies.end()) continue;
    json::object price;
    price["amount"] = decimal(as_int(row[2]), *currency);
    if (!ports::is_null(row[3])) price["compare_at"] = decimal(as_int(row[3]), *currency);
    prices[as_string(row[0])][as_string(row[1])] = std::move(price);
  }
  return prices;
}

json::object variant_object(const ports::Row& row, PricesByVariant& prices) {
  json::object out;
  out["id"] = as_string(row[1]);
  put_text(out, "title", as_string(row[2]));
  put_text(out, "sku", as_string(row[3]));
  put_text(out, "image_url", as_string(row[4]));
  out["tax_class"] = as_string(row[5]);
  for (const auto& member : stored_object(as_string(row[6]))) out[member.key()] = member.value();
  out["grams"] = as_int(row[7]);
  const std::int64_t flags = as_int(row[8]);
  out["requires_shipping"] = (flags & kFlagRequiresShipping) != 0;
  out["taxable"] = (flags & kFlagTaxable) != 0;
  out["tracked"] = (flags & kFlagTracked) != 0;
  out["policy"] = (flags & kFlagBackorder) != 0 ? "continue" : "deny";
  out["gift_card"] = (flags & kFlagGiftCard) != 0;
  put_terms(out, as_string(row[9]));
  out["prices"] = std::move(prices[as_string(row[1])]);
  return out;
}

json::object product_object(const ports::Row& row) {
  json::object out;
  out["id"] = as_string(row[0]);
  out["handle"] = as_string(row[1]);
  out["title"] = as_string(row[2]);
  put_text(out, "vendor", as_string(row[3]));
  put_text(out, "category", as_string(row[4]));
  json::array tags;
  const std::string& text = as_string(row[5]);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    tags.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (!tags.empty()) out["tags"] = std::move(tags);
  put_text(out, "image_url", as_string(row[6]));
  for (const auto& member : stored_object(as_string(row[7]))) out[member.key()] = member.value();
  out["published"] = as_int(row[8]) != 0;
  return out;
}

}  // namespace

asio::awaitable<Result<ProductPage>> export_products(ports::Store& store, StoreId id, std::string after,
                                                     std::int64_t most, bool with_etags) {
  KASSA_CO_TRY(const auto settings, co_await load_settings(store, id));
  KASSA_CO_TRY(const auto whole, co_await catalogue_revision(store, id));
  ports::Step read(kExportProducts, {id.value, std::move(after), most + 1});
  KASSA_CO_TRY(auto products, co_await store.query(std::move(read)));
  ProductPage page;
  page.more = static_cast<std::int64_t>(products.size()) > most;
  if (page.more) products.pop_back();
  if (products.empty()) co_return std::move(page);
  page.last = as_string(products.back()[0]);
  const ports::SqlValue first = products.front()[0];
  ports::Step read_variants(kExportVariants, {id.value, first, page.last});
  KASSA_CO_TRY(const auto variants, co_await store.query(std::move(read_variants)));
  ports::Step read_prices(kExportPrices, {id.value, first, page.last});
  KASSA_CO_TRY(const auto price_rows, co_await store.query(std::move(read_prices)));
  PricesByVariant prices = prices_by_variant(price_rows, settings.settings.currencies);
  std::map<std::string, json::array> of_product;
  for (const ports::Row& row : variants) {
    if ((as_int(row[8]) & kFlagWithdrawn) == 0) of_product[as_string(row[0])].push_back(variant_object(row, prices));
  }
  for (const ports::Row& row : products) {
    json::object line = product_object(row);
    line["variants"] = std::move(of_product[as_string(row[0])]);
    if (line["variants"].get_array().empty()) continue;  // Nothing of it is left to be sold.
    const std::int64_t revision = std::max({whole, as_int(row[9]), as_int(row[10])});
    if (with_etags) line["if_match"] = "\"" + std::to_string(revision) + "\"";
    page.lines.push_back({as_string(row[0]), json::serialize(line)});
  }
  co_return std::move(page);
}

}  // namespace kassa::catalog
