#include "services/catalog/stock_plan.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "services/catalog/import_sql.hpp"
#include "services/catalog/variant_flags.hpp"

namespace kassa::catalog {
namespace {

struct Level {
  std::int64_t on_hand{};
  std::int64_t allowance{};
  Place place;
};

/// What must be known of a variant to keep stock of it.
struct Kept {
  bool backorder{false};
  bool policy_changed{false};
  const VariantInput* input{};  // Null: not in this bundle's product files.
};

std::int64_t allowance_of(bool backorder) { return backorder ? kBackorderAllowance : 0; }

class StockPlanner {
 public:
  StockPlanner(const BundleInput& bundle, const CurrentRows& current, const OpenLocations& locations,
               ports::FaultList& faults)
      : locations_(locations), faults_(faults) {
    for (const ports::Row& row : current.variants) {
      kept_[ports::as_string(row[0])].backorder = (ports::as_int(row[9]) & kFlagBackorder) != 0;
    }
    for (const ports::Row& row : current.stock) rows_[ports::as_string(row[0])].push_back(&row);
    if (!bundle.products) return;
    for (const ProductInput& product : *bundle.products) {
      for (const VariantInput& variant : product.variants) {
        const auto [found, fresh] = kept_.try_emplace(variant.id);
        found->second.policy_changed = !fresh && found->second.backorder != variant.backorder;
        found->second.backorder = variant.backorder;
        found->second.input = &variant;
      }
    }
  }

  void take_stock_file(const std::vector<StockInput>& stock) {
    for (const StockInput& input : stock) {
      const auto found = kept_.find(input.variant);
      const std::string location = input.location.empty() ? locations_.fallback : input.location;
      if (found == kept_.end()) {
        fault(input.place, "unknown_variant", "No product has a variant of this id.");
      } else if (std::ranges::find(locations_.ids, location) == locations_.ids.end()) {
        fault(input.place, "unknown_location", "The store has no open location of this id.");
      } else if (wanted_.contains({input.variant, location})) {
        fault(input.place, "duplicate", "A line above already says this.");
      } else {
        const bool backorder = input.backorder.value_or(found->second.backorder);
        wanted_[{input.variant, location}] = Level{input.on_hand, allowance_of(backorder), input.place};
        named_.insert(input.variant);
      }
    }
  }

  void take_product_files() {
    for (const auto& [id, kept] : kept_) {
      if (kept.input == nullptr || !kept.input->tracked) continue;
      const bool first_time = !rows_.contains(id);
      if (!named_.contains(id) && (kept.input->on_hand || first_time)) {
        want(id, locations_.fallback, kept.input->on_hand.value_or(0), kept);
      }
      if (!kept.policy_changed || first_time) continue;
      for (const ports::Row* const row : rows_[id]) {
        want(id, ports::as_string((*row)[1]), ports::as_int((*row)[2]), kept);
      }
    }
  }

  void emit(TableSync& table) {
    for (const auto& [key, level] : wanted_) {
      const std::int64_t reserved = reserved_of(key.first, key.second);
      if (reserved > 0 && reserved > level.on_hand + level.allowance) {
        fault(level.place, "stock_below_reserved",
              "Open orders hold " + std::to_string(reserved) + " of this at " + key.second + ".");
        continue;
      }
      table.put({key.first, key.second, level.on_hand, level.allowance}, &level.place, "stock_below_reserved");
    }
  }

 private:
  void want(const std::string& variant, const std::string& location, std::int64_t on_hand, const Kept& kept) {
    wanted_.try_emplace({variant, location}, Level{on_hand, allowance_of(kept.backorder), kept.input->place});
  }

  std::int64_t reserved_of(const std::string& variant, const std::string& location) const {
    const auto found = rows_.find(variant);
    if (found == rows_.end()) return 0;
    for (const ports::Row* const row : found->second) {
      if (ports::as_string((*row)[1]) == location) return ports::as_int((*row)[4]);
    }
    return 0;
  }

  void fault(const Place& place, std::string code, std::string message) {
    faults_.add(place.file, place.line, std::move(code), std::move(message));
  }

  const OpenLocations& locations_;
  ports::FaultList& faults_;
  std::unordered_map<std::string, Kept> kept_;
  std::unordered_map<std::string, std::vector<const ports::Row*>> rows_;
  std::map<std::pair<std::string, std::string>, Level> wanted_;
  std::set<std::string> named_;
};

}  // namespace

void plan_stock(PlanContext context, const BundleInput& bundle, const CurrentRows& current,
                const OpenLocations& locations, ports::FaultList& faults) {
  StockPlanner planner(bundle, current, locations, faults);
  if (bundle.stock) planner.take_stock_file(*bundle.stock);
  planner.take_product_files();
  TableShape shape;
  shape.put_sql = sql::kPutStock;
  shape.keys = 2;
  shape.compared = 4;
  shape.has_revision = false;
  TableSync table(context, shape, current.stock, context.plan.counts.stock);
  planner.emit(table);
}

}  // namespace kassa::catalog
