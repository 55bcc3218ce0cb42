#include "services/admin/rule_judge.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "services/admin/discount_codes.hpp"
#include "services/admin/statements.hpp"

namespace kassa::admin {
namespace {

/// Of a sound rule; empty when it gives no gift.
std::string gift_name(const json::object& rule) {
  const json::object& value = rule.at("value").as_object();
  return value.at("type") == "gift" ? std::string(value.at("sku").as_string()) : std::string{};
}

RuleFault unknown_gift(std::size_t rule) {
  Problem problem;
  problem.path = "/value/sku";
  problem.code = "gift_sku_unknown";
  problem.message = "The catalogue has no goods of this name, or more than one.";
  problem.hint = "Name a variant by its id, or by an SKU that no other variant has.";
  return {rule, std::move(problem)};
}

/// How many variants answer to a name that the store does not know otherwise; one whose id it is counts as the only
/// one.
using GoodsCounts = std::unordered_map<std::string, std::int64_t>;

asio::awaitable<Result<GoodsCounts>> count_goods(ports::Store& from, StoreId store, std::vector<std::string> names) {
  GoodsCounts counts;
  std::unordered_set<std::string> ids;
  const std::span<const std::string> all(names);
  for (std::size_t first = 0; first < all.size(); first += statements::kNamedAtOnce) {
    const auto some = all.subspan(first, std::min(statements::kNamedAtOnce, all.size() - first));
    ports::Step read = statements::read_goods(store, some);
    KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
    for (const ports::Row& row : rows) {
      const std::string& name = ports::as_string(row[0]);
      if (ports::as_int(row[1]) == 1) ids.insert(name);
      counts[name] += ports::as_int(row[2]);
    }
  }
  for (const std::string& id : ids) counts[id] = 1;
  co_return counts;
}

}  // namespace

asio::awaitable<Result<std::vector<RuleFault>>> faults_of_gifts(ports::Store& from, StoreId store,
                                                                const RuleGround& ground, std::int64_t revision,
                                                                const json::array& added) {
  std::vector<std::pair<std::size_t, std::string>> unknown;
  std::set<std::string> names;
  for (std::size_t i = 0; i < added.size(); ++i) {
    std::string name = gift_name(added[i].as_object());
    if (name.empty() || (ground.sells && ground.sells(name))) continue;
    names.insert(name);
    unknown.emplace_back(i, std::move(name));
  }
  GoodsCounts counts;
  // Goods that came a moment ago are in no snapshot yet.
  if (!ground.sells || ground.revision != revision) {
    std::vector<std::string> asked(names.begin(), names.end());
    KASSA_CO_TRY(counts, co_await count_goods(from, std::move(store), std::move(asked)));
  }
  std::vector<RuleFault> faults;
  for (const auto& [rule, name] : unknown) {
    const auto found = counts.find(name);
    if (found == counts.end() || found->second != 1) faults.push_back(unknown_gift(rule));
  }
  co_return faults;
}

asio::awaitable<Result<Judgement>> judge_for_store(ports::Store& from, StoreId store, const RuleGround& ground,
                                                   const RuleBook& book, const json::array& added) {
  Judgement judged = judge_rules(book, added);
  if (!judged.faults.empty()) co_return judged;
  KASSA_CO_TRY(judged.faults, co_await faults_of_gifts(from, store, ground, book.revision, added));
  KASSA_CO_TRY(auto taken, co_await faults_with_pools(from, std::move(store), added));
  judged.faults.insert(judged.faults.end(), std::make_move_iterator(taken.begin()),
                       std::make_move_iterator(taken.end()));
  co_return judged;
}

}  // namespace kassa::admin
