#include "services/catalog/sync_batch.hpp"

#include <algorithm>
#include <charconv>

#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kMoveGoods =
    "UPDATE store SET revision = revision + 1, goods_moves = goods_moves + $3 WHERE store_id = $1 AND revision = $2";
constexpr std::string_view kSelectCatalogueChange =
    "SELECT revision FROM catalog_change WHERE store_id = $1 AND kind = 'catalogue' AND id = ''";

bool take_text(std::string_view& text, std::string_view expected) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// What stands between {"items": and the last }.
std::optional<std::string_view> items_in(std::string_view body) {
  if (!take_text(body, "{") || !take_text(body, "\"items\"") || !take_text(body, ":")) return std::nullopt;
  const auto last = body.find_last_not_of(kSpace);
  if (last == std::string_view::npos || body[last] != '}') return std::nullopt;
  return body.substr(0, last);
}

/// What the answer calls the row by, even when something in it is wrong.
std::string name_in(const json::object& object) {
  for (const char* const member : {"id", "variant"}) {
    const json::value* const value = object.if_contains(member);
    const json::string* const text = value == nullptr ? nullptr : value->if_string();
    if (text != nullptr && text->size() <= limits::kIdBytesMax) return std::string(text->data(), text->size());
  }
  return {};
}

void read_if_match(SyncRow& row) {
  ObjectReader reader(row.object, "", row.problems);
  const auto tag = reader.text("if_match", limits::kIdBytesMax);
  if (!tag) return;
  row.must_exist = true;
  if (*tag == "*") return;
  std::string_view number = *tag;
  std::int64_t revision = 0;
  const bool quoted = number.size() > 2 && number.front() == '"' && number.back() == '"';
  if (quoted) number = number.substr(1, number.size() - 2);
  const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), revision);
  if (!quoted || failed != std::errc{} || end != number.data() + number.size()) {
    reader.fault("if_match", "bad_etag", "This is no etag of ours.", "Send back the etag that was read, or \"*\".");
  }
  row.if_match = revision;
}

}  // namespace

void SyncRow::reject(std::string path, std::string code, std::string message) {
  Problem problem;
  problem.path = std::move(path);
  problem.code = std::move(code);
  problem.message = std::move(message);
  problems.push_back(std::move(problem));
}

Result<std::vector<SyncRow>> read_sync_rows(std::string_view body) {
  const auto items = items_in(body);
  if (!items) return Error{Errc::kInvalidRequest, "send {\"items\":[...]}, and nothing beside it"};
  ports::FaultList faults;
  std::vector<ports::JsonElement> elements = ports::read_json_array(*items, "items", faults);
  if (!faults.empty()) return Error{Errc::kMalformedJson, "items: " + faults.sorted().front().message};
  if (elements.empty()) return Error{Errc::kInvalidRequest, "items has no rows"};
  if (elements.size() > kSyncRowsMax) return Error{Errc::kInvalidRequest, "items has more than 1000 rows"};
  std::vector<SyncRow> rows(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    json::object* const object = elements[i].value.if_object();
    if (object == nullptr) {
      rows[i].reject("", "type_mismatch", "A row must be an object.");
      continue;
    }
    rows[i].object = std::move(*object);
    rows[i].id = name_in(rows[i].object);
    read_if_match(rows[i]);
    rows[i].object.erase("if_match");
  }
  return rows;
}

bool is_to_be_kept(std::vector<SyncRow>& rows, const SyncOptions& options) {
  if (options.atomic && !std::ranges::all_of(rows, &SyncRow::good)) {
    for (SyncRow& row : rows) {
      row.changed = false;
      if (row.good())
        row.reject("", "others_rejected", "Other rows of this batch have faults, and atomic was asked for.");
    }
  }
  return std::ranges::any_of(rows, &SyncRow::changed);
}

json::object counts_of(const std::vector<SyncRow>& rows) {
  std::int64_t applied = 0;
  std::int64_t rejected = 0;
  for (const SyncRow& row : rows) {
    applied += row.good() && row.changed ? 1 : 0;
    rejected += row.good() ? 0 : 1;
  }
  json::object counts;
  counts["applied"] = applied;
  counts["unchanged"] = static_cast<std::int64_t>(rows.size()) - applied - rejected;
  counts["rejected"] = rejected;
  return counts;
}

Result<void> check_revision(const SyncOptions& options, std::int64_t revision) {
  if (!options.revisions) return ok();
  if (std::ranges::find(*options.revisions, revision) != options.revisions->end()) return ok();
  return Error{Errc::kVersionConflict, "the store has changed since it was read"};
}

void check_if_match(SyncRow& row, std::optional<std::int64_t> current) {
  if (!row.must_exist) return;
  if (!current) return row.reject("/if_match", "not_found", "There is nothing of this id.");
  if (row.if_match && *row.if_match != *current) {
    row.reject("/if_match", "version_conflict",
               "It has changed: its etag is \"" + std::to_string(*current) + "\" now.");
  }
}

ports::Step move_goods(const StoreId& store, std::int64_t revision, bool goods_alone) {
  return ports::Step(kMoveGoods, {store.value, revision, std::int64_t{goods_alone}},
                     ports::Guard::exactly(1, "revision_moved"));
}

asio::awaitable<Result<void>> read_by_ids(ports::Store& store, StoreId id, std::string_view sql,
                                          const std::vector<std::string>& ids, std::vector<ports::Row>& out) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kSyncIdsAtOnce) {
    std::vector<ports::SqlValue> params{id.value};
    for (std::size_t i = 0; i < kSyncIdsAtOnce; ++i) params.emplace_back(ids[std::min(begin + i, ids.size() - 1)]);
    ports::Step step(sql, std::move(params));
    KASSA_CO_TRY(auto rows, co_await store.query(std::move(step)));
    // The last id fills the statement up.
    std::ranges::move(rows, std::back_inserter(out));
  }
  co_return ok();
}

asio::awaitable<Result<std::int64_t>> catalogue_revision(ports::Store& store, StoreId id) {
  ports::Step step(kSelectCatalogueChange, {id.value});
  KASSA_CO_TRY(const auto rows, co_await store.query(std::move(step)));
  co_return rows.empty() ? 0 : ports::as_int(rows.front()[0]);
}

}  // namespace kassa::catalog
