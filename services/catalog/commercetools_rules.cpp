#include "services/catalog/foreign_item.hpp"
#include "services/catalog/foreign_predicate.hpp"

namespace kassa::catalog {
namespace {

constexpr int kSortDigits = 6;
constexpr std::int64_t kSortOne = 1'000'000;

/// {"currencyCode", "centAmount"} of each, as {"EUR": 1250}.
json::object amounts_of(ForeignItem& value, std::string_view key) {
  json::object amounts;
  for (const json::value* const element : value.list(key)) {
    if (!element->is_object()) {
      value.refuse(key, "holds something that is no money");
      continue;
    }
    ForeignItem money(element->get_object(), value.path() + std::string(key) + ".", value.reasons());
    const auto currency = money.currency("currencyCode");
    const auto cents = money.integer("centAmount");
    money.pass_over({"type", "fractionDigits"});
    money.refuse_rest();
    if (currency && cents) amounts[currency->code()] = *cents;
  }
  return amounts;
}

void read_cart_value(ForeignItem& item, json::object& rule) {
  auto value = item.object("value");
  if (!value) return item.refuse("value", "is missing");
  const std::string type = value->text("type");
  if (type == "relative") {
    rule["value"] = json::object{{"type", "percent"}, {"bps", value->integer("permyriad").value_or(0)}};
  } else if (type == "absolute") {
    rule["value"] = json::object{{"type", "amount"}, {"amounts", amounts_of(*value, "money")}};
    const std::string mode = value->text("applicationMode");
    if (!mode.empty() && mode != "ProportionateDistribution" && mode != "IndividualApplication") {
      value->refuse("applicationMode", "is not taken over: " + mode);
    }
    if (mode == "ProportionateDistribution") rule["method"] = "across";
  } else if (type == "fixed") {
    rule["value"] = json::object{{"type", "fixed_price"}, {"amounts", amounts_of(*value, "money")}};
  } else {
    value->refuse("type", "is not taken over: " + type);
  }
  value->refuse_rest();
}

json::value predicate_of(ForeignItem& item, std::string_view key, bool lines) {
  ForeignPredicate read = read_predicate(item.text(key), lines);
  if (!read.reason.empty()) item.refuse(key, std::move(read.reason));
  return std::move(read.condition);
}

void read_cart_target(ForeignItem& item, json::object& rule) {
  auto target = item.object("target");
  if (!target) return item.refuse("target", "is missing");
  const std::string type = target->text("type");
  if (type == "lineItems") {
    rule["class"] = "product";
    json::value where = predicate_of(*target, "predicate", true);
    if (!where.is_null()) rule["target"] = json::object{{"where", std::move(where)}};
  } else if (type == "totalPrice") {
    rule["class"] = "order";
  } else if (type == "shipping") {
    rule["class"] = "shipping";
  } else {
    rule["class"] = "order";
    target->refuse("type", "is not taken over: " + type + "; write it with buy and get");
    target->pass_over({"predicate", "triggerQuantity", "discountedQuantity", "maxOccurrence", "selectionMode",
                       "triggerPattern", "targetPattern"});
  }
  target->refuse_rest();
}

/// Theirs is a share of one, higher first; ours lower first.
void read_order(ForeignItem& item, json::object& rule) {
  const auto share = item.scaled("sortOrder", kSortDigits);
  if (share && *share <= kSortOne) rule["priority"] = kSortOne - *share;
  if (const auto mode = item.text("stackingMode"); mode != "" && mode != "Stacking") {
    item.refuse("stackingMode", "is not taken over: " + mode + "; use combine");
  }
  rule["combine"] = json::object{{"classes", json::array{"product", "order", "shipping", "payment"}}};
}

}  // namespace

json::object read_commercetools_rule(ForeignItem& item, std::vector<std::string>& notes) {
  json::object rule;
  const std::string id = item.text("id");
  const std::string key = item.text("key");
  rule["id"] = key.empty() ? id : key;
  if (key.empty() && id.empty()) item.refuse("key", "is missing");
  const std::string name(rule["id"].as_string());
  if (const json::value* const title = item.take("name"); title != nullptr && title->is_object()) {
    const json::object& words = title->get_object();
    if (!words.empty() && words.begin()->value().is_string()) rule["title"] = words.begin()->value();
    if (words.size() > 1) notes.push_back(name + " has a name in several languages; the first was taken");
  }
  read_cart_value(item, rule);
  read_cart_target(item, rule);
  json::value when = predicate_of(item, "cartPredicate", false);
  if (!when.is_null()) rule["when"] = std::move(when);
  read_order(item, rule);
  if (item.flag("requiresDiscountCode")) {
    rule["trigger"] = json::object{{"pool", true}};
    notes.push_back(name + " needs its discount codes: POST /admin/v1/discounts/" + name + "/codes/import");
  } else {
    rule["trigger"] = "automatic";
  }
  const json::value* const active = item.take("isActive");
  if (active != nullptr && *active == false) rule["enabled"] = false;
  json::object schedule;
  if (const auto from = item.text("validFrom"); !from.empty()) schedule["starts_at"] = from;
  if (const auto until = item.text("validUntil"); !until.empty()) schedule["ends_at"] = until;
  if (!schedule.empty()) rule["schedule"] = std::move(schedule);
  if (!item.list("stores").empty()) item.refuse("stores", "are not taken over: a store has its own rules here");
  if (item.take("discountGroup") != nullptr) item.refuse("discountGroup", "is not taken over: use combine.group");
  item.pass_over({"version", "description", "references", "createdAt", "createdBy", "lastModifiedAt", "lastModifiedBy",
                  "versionModifiedAt", "custom"});
  item.refuse_rest();
  return rule;
}

}  // namespace kassa::catalog
