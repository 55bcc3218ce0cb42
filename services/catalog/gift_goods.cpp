#include "services/catalog/gift_goods.hpp"

#include <map>

#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

/// How many variants answer to a name that is not their own; their own ids count as 1.
using NameCounts = std::map<std::string, std::int64_t>;

void note_variant(NameCounts& names, const std::string& variant, const std::string& sku, const std::string& product) {
  for (const std::string* const name : {&sku, &product}) {
    if (*name != variant) names[*name] += 1;
  }
}

NameCounts names_of(const BundleInput& bundle, const CurrentRows& current) {
  NameCounts names;
  std::vector<std::string> ids;
  for (std::size_t i = 0; bundle.products && i < bundle.products->size(); ++i) {
    const ProductInput& product = (*bundle.products)[i];
    for (const VariantInput& variant : product.variants) {
      note_variant(names, variant.id, variant.sku, product.id);
      ids.push_back(variant.id);
    }
  }
  for (const ports::Row& row : current.variants) {
    if (bundle.products || (ports::as_int(row[9]) & kFlagWithdrawn) != 0) continue;
    note_variant(names, ports::as_string(row[0]), ports::as_string(row[4]), ports::as_string(row[1]));
    ids.push_back(ports::as_string(row[0]));
  }
  for (const std::string& id : ids) names[id] = 1;
  return names;
}

/// Null when the rule gives no gift. The engine has looked at the shape.
const json::string* gift_of(const RuleInput& rule) {
  const json::value* const value = rule.body.if_contains("value");
  const json::object* const members = value == nullptr ? nullptr : value->if_object();
  const json::value* const type = members == nullptr ? nullptr : members->if_contains("type");
  if (type == nullptr || *type != "gift") return nullptr;
  const json::value* const sku = members->if_contains("sku");
  return sku == nullptr ? nullptr : sku->if_string();
}

}  // namespace

void check_gifts(const BundleInput& bundle, const CurrentRows& current, ports::FaultList& faults) {
  std::optional<NameCounts> names;  // Few stores have gifts.
  for (std::size_t i = 0; bundle.rules && i < bundle.rules->size(); ++i) {
    const RuleInput& rule = (*bundle.rules)[i];
    const json::string* const sku = gift_of(rule);
    if (sku == nullptr) continue;
    if (!names) names = names_of(bundle, current);
    const auto found = names->find(std::string(*sku));
    if (found != names->end() && found->second == 1) continue;
    faults.add(
        rule.place.file, rule.place.line, "gift_sku_unknown",
        found == names->end() ? "The catalogue has nothing of this name." : "More than one variant has this SKU.",
        "/value/sku");
  }
}

}  // namespace kassa::catalog
