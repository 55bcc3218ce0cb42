#include "services/catalog/foreign_item.hpp"

namespace kassa::catalog {
namespace {

constexpr std::string_view kCodeKind = "DiscountCode";
constexpr std::string_view kAutomaticKind = "DiscountAutomatic";

/// "amount" and "currencyCode" of an object, as {"EUR": 1250}.
json::value money_of(ForeignItem money) {
  const auto currency = money.currency("currencyCode");
  if (!currency) return nullptr;
  const auto amount = money.scaled("amount", currency->exponent());
  money.refuse_rest();
  if (!amount) return nullptr;
  return json::object{{currency->code(), *amount}};
}

void read_trigger(ForeignItem& item, bool coded, json::object& rule) {
  if (!coded) {
    rule["trigger"] = "automatic";
    return;
  }
  json::array codes;
  for (const json::value* const element : item.list("codes")) {
    const json::object* const object = element->if_object();
    const json::value* const code = object == nullptr ? nullptr : object->if_contains("code");
    if (code == nullptr || !code->is_string()) return item.refuse("codes", "holds something without a code");
    codes.push_back(*code);
  }
  if (codes.empty()) item.refuse("codes", "is missing: ask the export for codes { nodes { code } }");
  rule["trigger"] = json::object{{"codes", std::move(codes)}};
}

void read_limits(ForeignItem& item, bool coded, json::object& rule) {
  json::object limits;
  const auto most = item.integer("usageLimit");
  if (most && coded && rule["trigger"].as_object()["codes"].as_array().size() > 1) {
    item.refuse("usageLimit", "counts for each of several codes; make one discount of each code");
  }
  if (most) limits["global"] = *most;
  if (item.flag("appliesOncePerCustomer")) limits["per_customer"] = 1;
  if (!limits.empty()) rule["limits"] = std::move(limits);
}

/// Ours meet unless one of both says no; theirs meet only where both say yes.
void read_combination(ForeignItem& item, json::object& rule) {
  auto with = item.object("combinesWith");
  if (!with) return item.refuse("combinesWith", "is missing");
  json::array classes;
  if (with->flag("productDiscounts")) classes.emplace_back("product");
  if (with->flag("orderDiscounts")) classes.emplace_back("order");
  if (with->flag("shippingDiscounts")) classes.emplace_back("shipping");
  classes.emplace_back("payment");  // Which they do not have.
  if (with->flag("productDiscountsWithTagsOnSameCartLine")) {
    with->refuse("productDiscountsWithTagsOnSameCartLine", "cannot be said");
  }
  with->refuse_rest();
  rule["combine"] = json::object{{"classes", std::move(classes)}};
}

void read_buyers(ForeignItem& item, std::string_view key) {
  auto who = item.object(key);
  if (!who) return;
  const std::string kind = who->text("__typename");
  const bool all = who->flag("allCustomers") || kind == "DiscountCustomerAll" || kind == "DiscountBuyerSelectionAll";
  who->pass_over({"all"});
  if (!all) return item.refuse(key, "is for some customers: segments and lists of customers are not taken over");
  who->refuse_rest();
}

void read_minimum(ForeignItem& item, std::vector<json::value>& when) {
  auto least = item.object("minimumRequirement");
  if (!least) return;
  least->pass_over({"__typename"});
  if (const auto quantity = least->integer("greaterThanOrEqualToQuantity")) {
    when.emplace_back(leaf("cart.quantity", "gte", *quantity));
  }
  if (auto subtotal = least->object("greaterThanOrEqualToSubtotal")) {
    json::object condition = leaf("cart.subtotal", "gte", money_of(std::move(*subtotal)));
    condition["basis"] = "original";
    when.emplace_back(std::move(condition));
  }
  least->refuse_rest();
}

void read_value(ForeignItem& gets, json::object& rule, bool order) {
  auto value = gets.object("value");
  if (!value) return gets.refuse("value", "is missing");
  value->pass_over({"__typename"});
  if (const auto bps = value->scaled("percentage", 4)) {
    rule["value"] = json::object{{"type", "percent"}, {"bps", *bps}};
  } else if (auto amount = value->object("amount")) {
    rule["value"] = json::object{{"type", "amount"}, {"amounts", money_of(std::move(*amount))}};
    rule["method"] = value->flag("appliesOnEachItem") ? "each" : "across";
    if (order && rule["method"] == "each") value->refuse("appliesOnEachItem", "goes with goods, not with all of them");
  } else {
    value->refuse("percentage", "and amount are missing");
  }
  value->refuse_rest();
}

/// Of products their handles, which are their ids here; of variants their SKUs.
void add_goods(ForeignItem& items, std::string_view key, std::string_view member, std::string_view attribute,
               json::array& any) {
  json::array names;
  for (const json::value* const element : items.list(key)) {
    const json::object* const object = element->if_object();
    const json::value* const name = object == nullptr ? nullptr : object->if_contains(member);
    if (name == nullptr || !name->is_string() || name->get_string().empty()) {
      return items.refuse(key, "must be exported with \"" + std::string(member) + "\"");
    }
    names.push_back(*name);
  }
  if (!names.empty()) any.push_back(leaf(attribute, "any_of", std::move(names)));
}

/// Whether all goods are meant.
bool read_goods(ForeignItem& gets, json::object& rule) {
  auto items = gets.object("items");
  if (!items) {
    gets.refuse("items", "is missing");
    return true;
  }
  const bool all = items->text("__typename") == "AllDiscountItems" || items->flag("allItems");
  items->pass_over({"allItems"});
  json::array any;
  add_goods(*items, "products", "handle", "line.product", any);
  add_goods(*items, "productVariants", "sku", "line.sku", any);
  if (items->take("collections") != nullptr) items->refuse("collections", "are not taken over: name the products");
  items->refuse_rest();
  if (all == any.empty()) {
    if (all) return true;
    json::value where = any.size() == 1 ? any.front() : json::value(json::object{{"any", any}});
    rule["target"] = json::object{{"where", std::move(where)}};
    return false;
  }
  gets.refuse("items", "names no goods");
  return true;
}

void read_gets(ForeignItem& item, json::object& rule) {
  auto gets = item.object("customerGets");
  if (!gets) return item.refuse("customerGets", "is missing");
  const bool order = read_goods(*gets, rule);
  rule["class"] = order ? "order" : "product";
  read_value(*gets, rule, order);
  if (gets->flag("appliesOnSubscription")) gets->refuse("appliesOnSubscription", "cannot be said");
  gets->pass_over({"appliesOnOneTimePurchase"});
  gets->refuse_rest();
}

void read_shipping(ForeignItem& item, json::object& rule, std::vector<json::value>& when) {
  rule["class"] = "shipping";
  rule["value"] = json::object{{"type", "percent"}, {"bps", 10'000}};
  if (item.take("maximumShippingPrice") != nullptr) {
    item.refuse("maximumShippingPrice", "cannot be said: name the shipping methods instead");
  }
  auto where = item.object("destinationSelection");
  if (!where) return;
  const bool all = where->text("__typename") == "DiscountCountryAll" || where->flag("allCountries");
  where->pass_over({"allCountries"});
  if (where->flag("includeRestOfWorld")) where->refuse("includeRestOfWorld", "cannot be said: list the countries");
  json::array countries;
  for (const json::value* const country : where->list("countries")) countries.push_back(*country);
  if (!all && countries.empty()) where->refuse("countries", "is missing");
  if (!all) when.emplace_back(leaf("cart.country", "any_of", std::move(countries)));
  where->refuse_rest();
}

void read_discount(ForeignItem& item, json::object& rule) {
  const std::string kind = item.text("__typename");
  const bool coded = kind.starts_with(kCodeKind);
  const std::string form = kind.substr(coded ? kCodeKind.size() : std::min(kAutomaticKind.size(), kind.size()));
  if (!coded && !kind.starts_with(kAutomaticKind)) return item.refuse("__typename", "is missing or unknown: " + kind);
  if (form != "Basic" && form != "FreeShipping") {
    return item.refuse("__typename", kind + " is not taken over: write it with buy and get, or as a rule of your own");
  }
  rule["title"] = item.text("title");
  if (item.text("status") == "EXPIRED" && item.text("endsAt").empty()) rule["enabled"] = false;
  read_trigger(item, coded, rule);
  std::vector<json::value> when;
  if (form == "Basic") read_gets(item, rule);
  if (form == "FreeShipping") read_shipping(item, rule, when);
  read_limits(item, coded, rule);
  read_combination(item, rule);
  read_minimum(item, when);
  read_buyers(item, "customerSelection");
  read_buyers(item, "context");
  if (!when.empty()) rule["when"] = all_of(std::move(when));
  json::object schedule;
  if (const auto starts = item.text("startsAt"); !starts.empty()) schedule["starts_at"] = starts;
  if (const auto ends = item.text("endsAt"); !ends.empty()) schedule["ends_at"] = ends;
  if (!schedule.empty()) rule["schedule"] = std::move(schedule);
  if (item.integer("recurringCycleLimit").value_or(1) != 1) item.refuse("recurringCycleLimit", "cannot be said");
  if (item.flag("appliesOnSubscription")) item.refuse("appliesOnSubscription", "cannot be said");
  item.pass_over({"id", "summary", "shortSummary", "createdAt", "updatedAt", "asyncUsageCount", "codesCount",
                  "codeCount", "discountClass", "discountClasses", "hasTimelineComment", "totalSales", "shareableUrls",
                  "tags", "appliesOnOneTimePurchase"});
  item.refuse_rest();
}

}  // namespace

json::object read_shopify_rule(ForeignItem& item, std::vector<std::string>&) {
  json::object rule;
  const std::string id = item.text("id");
  rule["id"] = id.substr(id.rfind('/') + 1);
  if (id.empty()) item.refuse("id", "is missing");
  for (const std::string_view key : {"discount", "codeDiscount", "automaticDiscount"}) {
    auto discount = item.object(key);
    if (!discount) continue;
    read_discount(*discount, rule);
    item.pass_over({"metafields", "events"});
    item.refuse_rest();
    return rule;
  }
  item.refuse("discount", "is missing");
  return rule;
}

}  // namespace kassa::catalog
