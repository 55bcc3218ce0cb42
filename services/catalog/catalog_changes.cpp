#include "services/catalog/catalog_changes.hpp"

#include <unordered_map>

#include "services/catalog/import_sql.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

constexpr std::string_view kProductKind = "product";
constexpr std::string_view kCatalogueKind = "catalogue";
constexpr std::string_view kNoteChange =
    "INSERT INTO catalog_change (store_id, kind, id, revision, seq, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT "
    "(store_id, kind, id) DO UPDATE SET revision = excluded.revision, seq = excluded.seq, at = excluded.at";
constexpr std::string_view kCountChanges =
    "SELECT count(*), count(CASE WHEN kind = 'catalogue' THEN 1 END) FROM catalog_change WHERE store_id = $1 AND seq > "
    "$2";
constexpr std::string_view kSelectChanges =
    "SELECT seq, kind, id, revision, at FROM catalog_change WHERE store_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

ports::Step change_step(const StoreId& store, std::string_view kind, const std::string& id, std::int64_t revision,
                        std::int64_t n, Instant now) {
  return ports::Step(kNoteChange,
                     {store.value, std::string(kind), id, revision, (revision << kChangeBits) + n, to_millis(now)});
}

}  // namespace

std::set<std::string> products_changed_by(const std::vector<ports::Step>& steps, const CurrentRows& current) {
  std::unordered_map<std::string, std::string> product_of;
  for (const ports::Row& row : current.variants) product_of.emplace(as_string(row[0]), as_string(row[1]));
  std::set<std::string> products;
  // In the order of a plan: a variant is put before its prices and levels.
  for (const ports::Step& step : steps) {
    const auto text = [&step](std::size_t i) -> const std::string& { return as_string(step.params.at(i)); };
    if (step.sql == sql::kPutProduct || step.sql == sql::kUnpublishProduct) {
      products.insert(text(1));
    } else if (step.sql == sql::kPutVariant) {
      const auto known = product_of.emplace(text(1), text(2)).first;
      products.insert(known->second);  // Of another product before, maybe, which it leaves.
      known->second = text(2);
      products.insert(text(2));
    } else if (step.sql == sql::kSetVariantFlags || step.sql == sql::kPutPrice || step.sql == sql::kDropPrice ||
               step.sql == sql::kPutListPrice || step.sql == sql::kDropListPrice || step.sql == sql::kPutStock) {
      const auto found = product_of.find(text(1));
      if (found != product_of.end()) products.insert(found->second);
    }
  }
  return products;
}

void note_changes(const StoreId& store, std::int64_t revision, Instant now, const std::set<std::string>& products,
                  bool everything, std::vector<ports::Step>& steps) {
  if (everything || products.size() > kChangesNamedMax) {
    steps.push_back(change_step(store, kCatalogueKind, "", revision, 0, now));
    return;
  }
  std::int64_t n = 0;
  for (const std::string& product : products) {
    steps.push_back(change_step(store, kProductKind, product, revision, ++n, now));
  }
}

asio::awaitable<Result<ChangedPart>> changed_since(ports::Store& store, StoreId id, std::int64_t revision) {
  ports::Step read(kCountChanges, {id.value, last_change_of(revision)});
  KASSA_CO_TRY(const auto rows, co_await store.query(std::move(read)));
  if (as_int(rows.at(0)[0]) == 0) co_return ChangedPart::kNothing;
  co_return as_int(rows.at(0)[1]) == 0 ? ChangedPart::kProducts : ChangedPart::kCatalogue;
}

asio::awaitable<Result<std::vector<CatalogChange>>> list_changes(ports::Store& store, StoreId id, std::int64_t after,
                                                                 std::int64_t most) {
  ports::Step read(kSelectChanges, {id.value, after, most});
  KASSA_CO_TRY(const auto rows, co_await store.query(std::move(read)));
  std::vector<CatalogChange> changes;
  for (const ports::Row& row : rows) {
    changes.push_back(
        {as_int(row[0]), as_string(row[1]), as_string(row[2]), as_int(row[3]), from_millis(as_int(row[4]))});
  }
  co_return std::move(changes);
}

}  // namespace kassa::catalog
