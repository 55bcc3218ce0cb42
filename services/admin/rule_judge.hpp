#pragma once
// Everything that may stand against rules that a merchant is about to keep: their own faults, the other rules, codes of
// pools, gifts that the store does not sell. Used on the admin listener's thread.

#include "services/admin/rule_book.hpp"

namespace kassa::admin {

/// `ground` and `added` must outlive the call.
asio::awaitable<Result<Judgement>> judge_for_store(ports::Store& from, StoreId store, const RuleGround& ground,
                                                   const RuleBook& book, const json::array& added);

/// "gift_sku_unknown" for each of these sound rules whose gift is nothing that the store has.
asio::awaitable<Result<std::vector<RuleFault>>> faults_of_gifts(ports::Store& from, StoreId store,
                                                                const RuleGround& ground, std::int64_t revision,
                                                                const json::array& added);

}  // namespace kassa::admin
