#include "services/catalog/own_attributes.hpp"

#include <algorithm>
#include <unordered_map>

#include "discounts/engine.hpp"
#include "services/base/ensure.hpp"
#include "services/catalog/load.hpp"
#include "services/ports/attribute_values.hpp"

namespace kassa::catalog {
namespace {

using Facts = std::shared_ptr<const std::vector<Fact>>;
using FactsById = std::unordered_map<std::string, Facts>;

constexpr std::int64_t kRetiredRule = 1;

std::vector<AttributeSpec> declared_before(const CurrentRows& current) {
  if (!current.exists) return {};
  std::vector<Problem> problems;
  return ports::read_store_settings(json::parse(current.settings).as_object(), problems).discount_attributes;
}

FactsById facts_by_id(const std::vector<ports::Row>& rows, std::span<const AttributeSpec> declared) {
  FactsById facts;
  for (const ports::Row& row : rows) {
    const json::value body = json::parse(ports::as_string(row[1]));
    const json::value* const values = body.as_object().if_contains("attributes");
    ensure(values == nullptr || values->is_object(), "stored attributes are an object");
    if (values == nullptr) continue;
    auto known = ports::known_facts(values->get_object(), declared);
    if (!known.empty()) facts.emplace(ports::as_string(row[0]), std::make_shared<std::vector<Fact>>(std::move(known)));
  }
  return facts;
}

Facts joined_facts(const Facts& own, const Facts& of_product) {
  if (!own || !of_product) return own ? own : of_product;
  auto all = std::make_shared<std::vector<Fact>>(*own);
  for (const Fact& fact : *of_product) {
    if (std::ranges::find(*own, fact.name, &Fact::name) == own->end()) all->push_back(fact);
  }
  return all;
}

}  // namespace

void check_declarations(const BundleInput& bundle, const ports::StoreSettings& settings, const CurrentRows& current,
                        ports::FaultList& faults) {
  if (!bundle.settings || bundle.rules || !current.exists) return;
  if (declared_before(current) == settings.discount_attributes) return;
  json::array rules;
  for (const ports::Row& row : current.discounts) {
    if (ports::as_int(row[3]) != kRetiredRule) rules.push_back(json::parse(ports::as_string(row[1])));
  }
  discounts::RuleSetup setup;
  setup.attributes = settings.discount_attributes;
  std::vector<Problem> problems;
  if (discounts::compile(rules, setup, problems)) return;
  faults.add("store.json", 0, "attribute_in_use",
             "A stored discount rule does not go with these attributes: " + problems.front().message,
             "/discount_attributes");
}

asio::awaitable<Result<OwnAttributes>> load_own_attributes(ports::Store& store, StoreId id,
                                                           std::vector<AttributeSpec> declared) {
  OwnAttributes own;
  if (std::ranges::find(declared, "line", &AttributeSpec::scope) == declared.end()) co_return own;
  KASSA_CO_TRY(co_await read_rows(
      store, id, "SELECT product_id, body FROM product WHERE store_id = $1 AND body LIKE '%\"attributes\":{%'",
      own.products));
  KASSA_CO_TRY(co_await read_rows(
      store, id, "SELECT variant_id, body FROM variant WHERE store_id = $1 AND body LIKE '%\"attributes\":{%'",
      own.variants));
  co_return own;
}

void give_attributes(const OwnAttributes& own, std::span<const AttributeSpec> declared,
                     std::vector<ports::VariantView>& variants) {
  if (own.products.empty() && own.variants.empty()) return;
  const FactsById of_products = facts_by_id(own.products, declared);
  const FactsById of_variants = facts_by_id(own.variants, declared);
  const auto find = [](const FactsById& facts, const std::string& id) {
    const auto found = facts.find(id);
    return found == facts.end() ? Facts{} : found->second;
  };
  for (ports::VariantView& variant : variants) {
    variant.facts = joined_facts(find(of_variants, variant.id.value), find(of_products, variant.product->id.value));
  }
}

}  // namespace kassa::catalog
