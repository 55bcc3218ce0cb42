#include "services/catalog/table_sync.hpp"

#include <algorithm>

#include "services/base/ensure.hpp"

namespace kassa::catalog {

TableSync::TableSync(PlanContext context, TableShape shape, const std::vector<ports::Row>& current, Tally& tally)
    : context_(context), shape_(shape), tally_(tally) {
  current_.reserve(current.size());
  for (const ports::Row& row : current) {
    ensure(row.size() >= shape_.compared, "a row has the columns of its table");
    current_.emplace(key_of(row), &row);
  }
}

std::string TableSync::key_of(const ports::Row& row) const {
  std::string key;
  for (std::size_t i = 0; i < shape_.keys; ++i) {
    const auto* const number = std::get_if<std::int64_t>(&row[i]);
    key += (number == nullptr ? ports::as_string(row[i]) : std::to_string(*number)) + '\x1f';
  }
  return key;
}

const ports::Row* TableSync::current(const std::string& key) const {
  const auto found = current_.find(key);
  return found == current_.end() ? nullptr : found->second;
}

void TableSync::put(ports::Row row, const Place* place, std::string guard_label) {
  ensure(row.size() == shape_.compared, "a row has the columns of its table");
  const std::string key = key_of(row);
  put_.insert(key);
  const ports::Row* const before = current(key);
  if (before != nullptr && std::equal(row.begin(), row.end(), before->begin())) {
    ++tally_.unchanged;
    return;
  }
  ++(before == nullptr ? tally_.created : tally_.updated);
  std::vector<ports::SqlValue> params;
  params.reserve(row.size() + 2);
  params.emplace_back(context_.store.value);
  std::ranges::move(row, std::back_inserter(params));
  if (shape_.has_revision) params.emplace_back(context_.revision);
  ports::Guard guard;
  if (place != nullptr) {
    guard = ports::Guard::exactly(1, std::move(guard_label));
    context_.plan.place_of_step.emplace(context_.plan.steps.size(), *place);
  }
  context_.plan.steps.emplace_back(shape_.put_sql, std::move(params), std::move(guard));
}

void TableSync::retire(std::string_view sql, const ports::Row& row, std::vector<ports::SqlValue> extra) {
  ++tally_.retired;
  std::vector<ports::SqlValue> params;
  params.emplace_back(context_.store.value);
  for (std::size_t i = 0; i < shape_.keys; ++i) params.push_back(row[i]);
  std::ranges::move(extra, std::back_inserter(params));
  if (shape_.has_revision) params.emplace_back(context_.revision);
  context_.plan.steps.emplace_back(sql, std::move(params));
}

}  // namespace kassa::catalog
