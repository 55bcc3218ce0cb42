#include <algorithm>
#include <array>

#include "services/catalog/foreign_item.hpp"

namespace kassa::catalog {
namespace {

struct AttributePair {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array kOfCart{
    AttributePair{"currency_code", "cart.currency"},
    AttributePair{"shipping_address.country_code", "cart.country"},
};
constexpr std::array kOfItems{
    AttributePair{"items.product.id", "line.product"},
    AttributePair{"items.product_id", "line.product"},
    AttributePair{"items.variant.id", "line.variant"},
    AttributePair{"items.variant_id", "line.variant"},
    AttributePair{"items.variant.sku", "line.sku"},
    AttributePair{"items.variant_sku", "line.sku"},
    AttributePair{"items.product.type.value", "line.category"},
};
constexpr std::array kOfShipping{AttributePair{"shipping_methods.shipping_option_id", "shipping.method"}};

std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

/// {attribute, operator, values: [{value}] or [text]} as a condition of ours.
json::value condition_of(const json::value& value, std::span<const AttributePair> known, ForeignItem& parent,
                         std::string_view key) {
  if (!value.is_object()) {
    parent.refuse(key, "holds something that is no rule");
    return nullptr;
  }
  ForeignItem rule(value.get_object(), parent.path() + std::string(key) + ".", parent.reasons());
  const std::string attribute = rule.text("attribute");
  const auto found = std::ranges::find(known, std::string_view(attribute), &AttributePair::theirs);
  if (found == known.end()) rule.refuse("attribute", "has no counterpart: " + attribute);
  json::array values;
  for (const json::value* const one : rule.list("values")) {
    const json::object* const object = one->if_object();
    const json::value* const text = object == nullptr ? one : object->if_contains("value");
    if (text == nullptr || !text->is_string()) {
      rule.refuse("values", "holds something that is no text");
      continue;
    }
    const bool code = found != known.end() && found->ours.starts_with("cart.");
    values.emplace_back(code ? capitals(std::string(text->get_string())) : std::string(text->get_string()));
  }
  const std::string op = rule.text("operator");
  if (op != "eq" && op != "in" && op != "ne") rule.refuse("operator", "is not taken over: " + op);
  rule.pass_over({"id", "description", "created_at", "updated_at", "deleted_at", "attribute_label", "operator_label",
                  "field_type", "hydrate", "required", "disguised"});
  rule.refuse_rest();
  if (found == known.end()) return nullptr;
  return leaf(found->ours, op == "ne" ? "none_of" : "any_of", std::move(values));
}

std::vector<json::value> conditions_of(ForeignItem& item, std::string_view key, std::span<const AttributePair> known) {
  std::vector<json::value> out;
  for (const json::value* const rule : item.list(key)) out.push_back(condition_of(*rule, known, item, key));
  return out;
}

void read_campaign(ForeignItem& item, json::object& rule) {
  auto campaign = item.object("campaign");
  if (!campaign) return;
  json::object schedule;
  if (const auto starts = campaign->text("starts_at"); !starts.empty()) schedule["starts_at"] = starts;
  if (const auto ends = campaign->text("ends_at"); !ends.empty()) schedule["ends_at"] = ends;
  if (!schedule.empty()) rule["schedule"] = std::move(schedule);
  if (campaign->take("budget") != nullptr) {
    campaign->refuse("budget", "is shared by the promotions of a campaign: give each rule a limit of its own");
  }
  campaign->pass_over({"id", "name", "description", "campaign_identifier", "currency", "created_at", "updated_at",
                       "deleted_at", "promotions"});
  campaign->refuse_rest();
}

void read_medusa_value(ForeignItem& method, json::object& rule) {
  const std::string type = method.text("type");
  if (type == "percentage") {
    if (const auto bps = method.scaled("value", 2)) rule["value"] = json::object{{"type", "percent"}, {"bps", *bps}};
    method.pass_over({"currency_code"});
  } else if (type == "fixed") {
    const auto currency = method.currency("currency_code");
    const auto amount = currency ? method.scaled("value", currency->exponent()) : std::nullopt;
    if (amount) {
      rule["value"] = json::object{{"type", "amount"}, {"amounts", json::object{{currency->code(), *amount}}}};
    }
  } else {
    method.refuse("type", "is not taken over: " + type);
  }
}

void read_medusa_target(ForeignItem& method, json::object& rule) {
  const std::string target = method.text("target_type");
  const std::string allocation = method.text("allocation");
  const bool items = target == "items";
  if (target != "items" && target != "order" && target != "shipping_methods") {
    method.refuse("target_type", "is not taken over: " + target);
  }
  rule["class"] = items ? "product" : target == "shipping_methods" ? "shipping" : "order";
  rule["method"] = items && allocation == "each" ? "each" : "across";
  const std::span<const AttributePair> known =
      items ? std::span<const AttributePair>(kOfItems) : std::span<const AttributePair>(kOfShipping);
  auto where = conditions_of(method, "target_rules", known);
  if (target == "order" && !where.empty()) method.refuse("target_rules", "do not go with the whole order");
  if (!where.empty()) rule["target"] = json::object{{"where", all_of(std::move(where))}};
  if (items && allocation == "each" && method.take("max_quantity") != nullptr) {
    method.refuse("max_quantity",
                  "counts on each line; limits.per_order counts on the whole order: choose, and write it");
  }
  method.pass_over({"max_quantity"});
}

}  // namespace

json::object read_medusa_rule(ForeignItem& item, std::vector<std::string>& notes) {
  json::object rule;
  const std::string code = item.text("code");
  if (code.empty()) item.refuse("code", "is missing");
  rule["id"] = code;
  rule["title"] = code;
  if (item.flag("is_automatic")) {
    rule["trigger"] = "automatic";
  } else {
    rule["trigger"] = json::object{{"codes", json::array{code}}};
  }
  if (const auto type = item.text("type"); type != "standard") {
    item.refuse("type", "is not taken over: " + type + "; write it with buy and get");
  }
  const std::string status = item.text("status");
  if (!status.empty() && status != "active") {
    rule["enabled"] = false;
    notes.push_back(code + " is " + status + " there and switched off here");
  }
  if (const auto most = item.integer("limit")) rule["limits"] = json::object{{"global", *most}};
  if (item.flag("is_tax_inclusive")) item.refuse("is_tax_inclusive", "cannot be said of one rule");
  auto when = conditions_of(item, "rules", kOfCart);
  if (!when.empty()) rule["when"] = all_of(std::move(when));
  // Theirs all apply, one on top of the other.
  rule["combine"] = json::object{{"classes", json::array{"product", "order", "shipping", "payment"}}};
  read_campaign(item, rule);
  auto method = item.object("application_method");
  if (!method) {
    item.refuse("application_method", "is missing");
    return rule;
  }
  read_medusa_value(*method, rule);
  read_medusa_target(*method, rule);
  method->pass_over({"id", "description", "promotion", "promotion_id", "raw_value", "created_at", "updated_at",
                     "deleted_at", "buy_rules", "apply_to_quantity", "buy_rules_min_quantity"});
  method->refuse_rest();
  item.pass_over({"id", "campaign_id", "used", "metadata", "created_at", "updated_at", "deleted_at"});
  item.refuse_rest();
  return rule;
}

}  // namespace kassa::catalog
