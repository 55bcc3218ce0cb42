#include "services/catalog/pool_codes.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/catalog/import_sql.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kCodesAtOnce = 200;  // The databases walk the text from its start for each.

struct ListedCode {
  const RuleInput* rule{};
  std::size_t place{};  ///< In its list.
};
using ListedCodes = std::unordered_map<std::string, ListedCode>;  // By hash.

ListedCodes listed_codes_of(const BundleInput& bundle) {
  ListedCodes codes;
  for (std::size_t i = 0; bundle.rules && i < bundle.rules->size(); ++i) {
    const RuleInput& rule = (*bundle.rules)[i];
    const json::value* const trigger = rule.body.if_contains("trigger");
    const json::object* const members = trigger == nullptr ? nullptr : trigger->if_object();
    const json::value* const value = members == nullptr ? nullptr : members->if_contains("codes");
    const json::array* const list = value == nullptr ? nullptr : value->if_array();
    for (std::size_t k = 0; list != nullptr && k < list->size(); ++k) {
      if (const json::string* const code = (*list)[k].if_string())
        codes.emplace(ports::code_hash({code->data(), code->size()}), ListedCode{&rule, k});
    }
  }
  return codes;
}

/// Look-ups of all of them, each of as many as one takes.
std::vector<ports::Step> look_ups(const StoreId& id, const ListedCodes& codes) {
  std::vector<ports::Step> steps;
  std::string joined;
  std::int64_t count = 0;
  const auto ask = [&] {
    if (count == 0) return;
    steps.emplace_back(sql::kSelectPoolCodes, std::vector<ports::SqlValue>{id.value, std::move(joined), count});
    joined.clear();
    count = 0;
  };
  for (const auto& [hash, place] : codes) {
    joined += hash;
    if (++count == static_cast<std::int64_t>(kCodesAtOnce)) ask();
  }
  ask();
  return steps;
}

}  // namespace

asio::awaitable<Result<void>> check_pool_codes(ports::Store& store, StoreId id, const BundleInput& bundle,
                                               ports::FaultList& faults) {
  const ListedCodes codes = listed_codes_of(bundle);
  std::vector<ports::Step> steps = look_ups(id, codes);
  for (ports::Step& step : steps) {
    auto rows = co_await store.query(std::move(step));
    if (!rows) co_return std::move(rows).error();
    for (const ports::Row& row : rows.value()) {
      const ListedCode& found = codes.at(ports::as_string(row[0]));
      faults.add(found.rule->place.file, found.rule->place.line, "duplicate_code", "A pool of the store has this code.",
                 "/trigger/codes/" + std::to_string(found.place));
    }
  }
  co_return ok();
}

void refuse_pool_codes(const StoreId& id, const BundleInput& bundle, ports::Transaction& transaction) {
  for (ports::Step& step : look_ups(id, listed_codes_of(bundle))) {
    step.guard = ports::Guard::exactly(0, "code_taken");
    transaction.add(std::move(step));
  }
}

}  // namespace kassa::catalog
