#include "services/catalog/import_plan.hpp"

#include <algorithm>
#include <tuple>

#include "services/base/text.hpp"
#include "services/catalog/gift_goods.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/own_attributes.hpp"
#include "services/catalog/price_lists.hpp"
#include "services/catalog/sale_terms_json.hpp"
#include "services/catalog/search_plan.hpp"
#include "services/catalog/stock_plan.hpp"
#include "services/catalog/table_sync.hpp"
#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

/// In discount.retired; 0 is live.
constexpr std::int64_t kRetired = 1;
constexpr std::int64_t kSwitchedOff = 2;

std::int64_t flags_of(const VariantInput& variant) {
  return (variant.requires_shipping ? kFlagRequiresShipping : 0) | (variant.taxable ? kFlagTaxable : 0) |
         (variant.tracked ? kFlagTracked : 0) | (variant.backorder ? kFlagBackorder : 0) |
         (variant.gift_card ? kFlagGiftCard : 0);
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

std::string body_of(const ProductInput& product) {
  json::object body;
  if (!product.description.empty()) body["description"] = product.description;
  if (!product.images.empty()) body["images"] = to_array(product.images);
  if (!product.option_names.empty()) body["options"] = to_array(product.option_names);
  if (!product.attributes.empty()) body["attributes"] = product.attributes;
  return json::serialize(body);
}

std::string body_of(const VariantInput& variant) {
  json::object body;
  if (!variant.barcode.empty()) body["barcode"] = variant.barcode;
  if (!variant.options.empty()) body["options"] = to_array(variant.options);
  if (!variant.attributes.empty()) body["attributes"] = variant.attributes;
  return json::serialize(body);
}

std::string joined(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += (text.empty() ? "" : "\n") + tag;
  return text;
}

OpenLocations plan_locations(PlanContext context, const BundleInput& bundle, const ports::StoreSettings& settings,
                             const CurrentRows& current) {
  std::vector<LocationInput> open;
  if (bundle.locations) {
    open = *bundle.locations;
  } else {
    for (const ports::Row& row : current.locations) {
      if (as_int(row[5]) != 0) continue;
      open.push_back({{}, as_string(row[0]), as_string(row[1]), as_string(row[2]), as_string(row[3]), as_int(row[4])});
    }
    if (open.empty()) open.push_back({{}, "main", "Main", settings.country, "", 0});
  }
  TableShape shape;
  shape.put_sql = sql::kPutLocation;
  shape.compared = 6;
  shape.has_revision = false;
  TableSync table(context, shape, current.locations, context.plan.counts.locations);
  for (const LocationInput& location : open) {
    table.put({location.id, location.name, location.country, location.region, location.priority, std::int64_t{0}});
  }
  if (bundle.locations) {
    for (const ports::Row& row : current.locations) {
      if (as_int(row[5]) == 0 && !table.was_put(row)) table.retire(sql::kCloseLocation, row);
    }
  }
  OpenLocations result;
  std::ranges::sort(
      open, [](const auto& a, const auto& b) { return std::tie(a.priority, a.id) < std::tie(b.priority, b.id); });
  for (const LocationInput& location : open) result.ids.push_back(location.id);
  if (!open.empty()) result.fallback = open.front().id;
  return result;
}

void plan_products(PlanContext context, const std::vector<ProductInput>& products, const CurrentRows& current) {
  TableShape product_shape;
  product_shape.put_sql = sql::kPutProduct;
  product_shape.compared = 9;
  TableSync table(context, product_shape, current.products, context.plan.counts.products);
  for (const ProductInput& product : products) {
    table.put({product.id, product.handle, product.title, product.vendor, product.category, joined(product.tags),
               product.image_url, body_of(product), std::int64_t{product.published}});
  }
  for (const ports::Row& row : current.products) {
    if (as_int(row[8]) != 0 && !table.was_put(row)) table.retire(sql::kUnpublishProduct, row);
  }
  TableShape variant_shape;
  variant_shape.put_sql = sql::kPutVariant;
  variant_shape.compared = 11;
  TableSync variants(context, variant_shape, current.variants, context.plan.counts.variants);
  for (const ProductInput& product : products) {
    std::int64_t position = 0;
    for (const VariantInput& variant : product.variants) {
      variants.put({variant.id, product.id, ++position, variant.title, variant.sku, variant.image_url,
                    variant.tax_class, body_of(variant), variant.grams, flags_of(variant),
                    write_sale_terms(variant.terms)});
    }
  }
  // Variants of a product that is gone as a whole stay as they are: the product is unpublished.
  for (const ports::Row& row : current.variants) {
    const std::int64_t flags = as_int(row[9]);
    const bool product_stays = table.was_put({row[1]});
    if ((flags & kFlagWithdrawn) != 0 || variants.was_put(row) || !product_stays) continue;
    variants.retire(sql::kSetVariantFlags, row, {flags | kFlagWithdrawn});
  }
}

void plan_prices(PlanContext context, const std::vector<ProductInput>& products, const CurrentRows& current) {
  TableShape shape;
  shape.put_sql = sql::kPutPrice;
  shape.keys = 2;
  shape.compared = 4;
  shape.has_revision = false;
  TableSync table(context, shape, current.prices, context.plan.counts.prices);
  std::unordered_set<std::string> complete;
  for (const ProductInput& product : products) {
    for (const VariantInput& variant : product.variants) {
      if (product.all_prices) complete.insert(variant.id);
      for (const PriceInput& price : variant.prices) {
        const ports::SqlValue compare_at = price.compare_at ? ports::SqlValue{*price.compare_at} : ports::SqlValue{};
        table.put({variant.id, std::string(price.currency.code()), price.amount, compare_at});
      }
    }
  }
  for (const ports::Row& row : current.prices) {
    if (complete.contains(as_string(row[0])) && !table.was_put(row)) table.retire(sql::kDropPrice, row);
  }
}

/// Before a rule changes: what it has said stays readable.
void keep_version(PlanContext context, const ports::Row& before, Instant now) {
  context.plan.steps.emplace_back(
      sql::kKeepDiscount, std::vector<ports::SqlValue>{context.store.value, before[0], to_millis(now), "import"});
}

void plan_rules(PlanContext context, const std::vector<RuleInput>& rules, const CurrentRows& current, Instant now,
                ports::FaultList& faults) {
  TableShape shape;
  shape.put_sql = sql::kPutDiscount;
  shape.compared = 4;
  TableSync table(context, shape, current.discounts, context.plan.counts.discounts);
  for (const RuleInput& rule : rules) {
    const ports::SqlValue uses_max = rule.uses_max ? ports::SqlValue{*rule.uses_max} : ports::SqlValue{};
    ports::Row row{rule.id, json::serialize(rule.body), uses_max, std::int64_t{0}};
    const ports::Row* const before = table.current(table.key_of(row));
    if (before != nullptr && as_int((*before)[3]) == kSwitchedOff) row[3] = kSwitchedOff;  // By the merchant.
    if (before != nullptr && rule.uses_max && as_int((*before)[4]) > *rule.uses_max) {
      faults.add(rule.place.file, rule.place.line, "limit_below_uses",
                 "This rule has been used " + std::to_string(as_int((*before)[4])) + " times.", "/limits/global");
    }
    if (before != nullptr && !std::equal(row.begin(), row.end(), before->begin())) keep_version(context, *before, now);
    table.put(std::move(row), &rule.place, "limit_below_uses");
  }
  for (const ports::Row& row : current.discounts) {
    if (as_int(row[3]) == kRetired || table.was_put(row)) continue;
    keep_version(context, row, now);
    table.retire(sql::kRetireDiscount, row);
  }
}

void plan_tables(PlanContext context, const BundleInput& bundle, const CurrentRows& current) {
  TableShape shape;
  shape.put_sql = sql::kPutTable;
  shape.compared = 2;
  TableSync table(context, shape, current.tables, context.plan.counts.tables);
  if (bundle.shipping) table.put({std::string("shipping"), json::serialize(*bundle.shipping)});
  if (bundle.taxes) table.put({std::string("tax"), json::serialize(*bundle.taxes)});
  if (bundle.price_list_names) table.put({std::string(kPriceListsKind), json::serialize(*bundle.price_list_names)});
}

/// Keeps what is stored when the file says nothing of credentials, or the same: sealing again would look like
/// a change.
ports::SqlValue sealed_credentials(PlanContext context, const GatewayInput& gateway, const ports::Row* before,
                                   const ports::SecretBox& box) {
  ports::SqlValue stored = before == nullptr ? ports::SqlValue{} : (*before)[3];
  if (!gateway.credentials) return stored;
  const std::string aad = gateway_aad(context.store, gateway.id);
  if (!ports::is_null(stored)) {
    const auto opened = box.open(aad, ports::as_blob(stored));
    if (opened && opened.value() == *gateway.credentials) return stored;
  }
  return box.seal(aad, *gateway.credentials);
}

void plan_gateways(PlanContext context, const std::vector<GatewayInput>& gateways, const CurrentRows& current,
                   const ports::SecretBox& box) {
  TableShape shape;
  shape.put_sql = sql::kPutGateway;
  shape.compared = 5;
  TableSync table(context, shape, current.gateways, context.plan.counts.gateways);
  for (const GatewayInput& gateway : gateways) {
    const ports::Row* const before = table.current(table.key_of({gateway.id}));
    table.put({gateway.id, gateway.adapter, json::serialize(gateway.body),
               sealed_credentials(context, gateway, before, box), std::int64_t{0}});
  }
  for (const ports::Row& row : current.gateways) {
    if (as_int(row[4]) == 0 && !table.was_put(row)) table.retire(sql::kRetireGateway, row);
  }
}

}  // namespace

std::string gateway_aad(const StoreId& store, std::string_view gateway_id) {
  return "gateway|" + store.value + "|" + std::string(gateway_id);
}

ImportPlan plan_import(const StoreId& store, const BundleInput& bundle, const ports::StoreSettings& settings,
                       const CurrentRows& current, Instant now, const ports::SecretBox& box, ports::FaultList& faults) {
  ImportPlan plan;
  const PlanContext context{store, current.revision + 1, plan};
  const OpenLocations locations = plan_locations(context, bundle, settings, current);
  if (bundle.products) {
    plan_products(context, *bundle.products, current);
    plan_search(context, *bundle.products, current);
    plan_prices(context, *bundle.products, current);
  }
  plan_price_lists(context, bundle, current, faults);
  if (bundle.products || bundle.stock) plan_stock(context, bundle, current, locations, faults);
  check_gifts(bundle, current, faults);
  check_declarations(bundle, settings, current, faults);
  if (bundle.rules) plan_rules(context, *bundle.rules, current, now, faults);
  plan_tables(context, bundle, current);
  if (bundle.gateways) plan_gateways(context, *bundle.gateways, current, box);
  return plan;
}

}  // namespace kassa::catalog
