#include "services/admin/rule_judge.hpp"

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

}  // namespace

asio::awaitable<Result<std::vector<RuleFault>>> faults_of_gifts(ports::Store& from, StoreId store,
                                                                const RuleGround& ground, std::int64_t revision,
                                                                const json::array& added) {
  std::vector<RuleFault> faults;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const std::string name = gift_name(added[i].as_object());
    if (name.empty() || (ground.sells && ground.sells(name))) continue;
    bool there = false;
    // Goods that came a moment ago are in no snapshot yet.
    if (!ground.sells || ground.revision != revision) {
      ports::Step read = statements::read_goods(store, name);
      KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
      there = !rows.empty();
    }
    if (!there) faults.push_back(unknown_gift(i));
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
