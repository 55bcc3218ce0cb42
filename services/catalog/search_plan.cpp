#include "services/catalog/search_plan.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "services/catalog/import_sql.hpp"
#include "services/catalog/search_index.hpp"

namespace kassa::catalog {
namespace {

struct Changed {
  std::unordered_set<std::string> put;
  std::unordered_set<std::string> new_revision;
  std::vector<std::string> gone;
};

Changed changed_products(const ImportPlan& plan, const CurrentRows& current) {
  std::unordered_map<std::string_view, const std::string*> product_of;  // As it is in the store still.
  for (const ports::Row& row : current.variants)
    product_of.emplace(ports::as_string(row[0]), &ports::as_string(row[1]));
  Changed changed;
  for (const ports::Step& step : plan.steps) {
    const auto text = [&step](std::size_t i) -> const std::string& { return ports::as_string(step.params.at(i)); };
    if (step.sql == sql::kPutProduct) {
      changed.put.insert(text(1));
      changed.new_revision.insert(text(1));
    } else if (step.sql == sql::kPutVariant) {
      changed.put.insert(text(2));
      // The product that it leaves must forget its words.
      const auto before = product_of.find(text(1));
      if (before != product_of.end()) changed.put.insert(*before->second);
    } else if (step.sql == sql::kUnpublishProduct) {
      changed.gone.push_back(text(1));
    } else if (step.sql == sql::kSetVariantFlags) {
      changed.put.insert(*product_of.at(text(1)));
    }
  }
  return changed;
}

std::string joined_words(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(text).append(" ");
  return out;
}

}  // namespace

void plan_search(PlanContext context, const std::vector<ProductInput>& products, const CurrentRows& current) {
  const Changed changed = changed_products(context.plan, current);
  std::unordered_map<std::string, std::int64_t> revisions;
  for (const ports::Row& row : current.products) {
    revisions.emplace(ports::as_string(row[0]), row.size() > 9 ? ports::as_int(row[9]) : 0);
  }
  // New products are numbered as they come: by id, whatever the order of the files.
  std::vector<const ProductInput*> by_id;
  for (const ProductInput& product : products) {
    if (changed.put.contains(product.id)) by_id.push_back(&product);
  }
  std::ranges::sort(by_id, {}, [](const ProductInput* each) -> const std::string& { return each->id; });
  SearchIndexSteps steps(context.store, context.plan.steps);
  for (const ProductInput* const each : by_id) {
    const ProductInput& product = *each;
    const std::string tags = joined_words(product.tags);
    SearchableProduct searchable;
    searchable.id = product.id;
    searchable.title = product.title;
    searchable.vendor = product.vendor;
    searchable.category = product.category;
    searchable.tags = tags;
    searchable.description = product.description;
    searchable.published = product.published;
    searchable.revision = changed.new_revision.contains(product.id) ? context.revision : revisions[product.id];
    for (const VariantInput& variant : product.variants) {
      searchable.variants.append(variant.title).append(" ").append(variant.sku).append(" ");
      searchable.variants.append(variant.barcode).append(" ");
    }
    steps.put(searchable);
  }
  for (const std::string& id : changed.gone) steps.remove(id);
  steps.finish();
}

}  // namespace kassa::catalog
