#include "services/base/ensure.hpp"
#include "services/catalog/load.hpp"

namespace kassa::catalog {
namespace {

constexpr std::int64_t kRulesPerRead = 20'000;  ///< A million at once would stand in memory twice.

}  // namespace

asio::awaitable<Result<std::vector<RuleBody>>> load_rule_bodies(ports::Store& store, StoreId id) {
  std::vector<RuleBody> rules;
  for (bool more = true; more;) {
    std::vector<ports::SqlValue> params;
    params.emplace_back(id.value);
    params.emplace_back(rules.empty() ? std::string{} : rules.back().id);
    params.emplace_back(kRulesPerRead);
    ports::Step step(
        "SELECT discount_id, body FROM discount WHERE store_id = $1 AND discount_id > $2 AND retired = 0 "
        "ORDER BY discount_id LIMIT $3",
        std::move(params));
    auto rows = co_await store.query(std::move(step));
    if (!rows) co_return std::move(rows).error();
    for (ports::Row& row : rows.value())
      rules.push_back({std::move(std::get<std::string>(row[0])), std::move(std::get<std::string>(row[1]))});
    more = rows.value().size() == static_cast<std::size_t>(kRulesPerRead);
  }
  co_return std::move(rules);
}

asio::awaitable<Result<json::array>> load_discount_rules(ports::Store& store, StoreId id) {
  auto loaded = co_await load_rule_bodies(store, std::move(id));
  if (!loaded) co_return std::move(loaded).error();
  json::array rules;
  rules.reserve(loaded.value().size());
  for (const RuleBody& rule : loaded.value()) {
    json::error_code error;
    rules.push_back(json::parse(rule.body, error));
    ensure(!error, "a stored rule is JSON");
  }
  co_return std::move(rules);
}

}  // namespace kassa::catalog
