#pragma once
// One table of an import: compares each wanted row with the current one and adds a step where they differ. A
// part of the import plan, alive while the plan is made.

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/catalog/import_plan.hpp"

namespace kassa::catalog {

/// What all tables of one plan share.
struct PlanContext {
  const StoreId& store;
  std::int64_t revision;
  ImportPlan& plan;
};

struct TableShape {
  std::string_view put_sql;
  std::size_t keys{1};      ///< Leading columns of a row that make its key.
  std::size_t compared{};   ///< Leading columns that are compared and written; rows may carry more.
  bool has_revision{true};  ///< The statement's last parameter is the revision.
};

class TableSync {
 public:
  TableSync(PlanContext context, TableShape shape, const std::vector<ports::Row>& current, Tally& tally);

  /// Guarded puts name the place that a refusal is about.
  void put(ports::Row row, const Place* place = nullptr, std::string guard_label = {});
  /// A statement about a current row: {store, key columns..., extra..., revision}.
  void retire(std::string_view sql, const ports::Row& row, std::vector<ports::SqlValue> extra = {});

  [[nodiscard]] const ports::Row* current(const std::string& key) const;
  [[nodiscard]] bool was_put(const ports::Row& row) const { return put_.contains(key_of(row)); }
  [[nodiscard]] std::string key_of(const ports::Row& row) const;

 private:
  PlanContext context_;
  TableShape shape_;
  Tally& tally_;
  std::unordered_map<std::string, const ports::Row*> current_;
  std::unordered_set<std::string> put_;
};

}  // namespace kassa::catalog
