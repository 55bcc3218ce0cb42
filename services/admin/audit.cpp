#include "services/admin/audit.hpp"

#include <charconv>

#include "services/admin/statements.hpp"

namespace kassa::admin {
namespace {

// Each round at least one of the competing writers gets its row in, so this many may compete.
constexpr int kTriesMax = 256;
constexpr std::int64_t kRowsAtOnce = 500;
constexpr std::string_view kMoved = "audit_moved";

AuditRow audit_row_at(const StoreId& store, const ports::Row& row) {
  AuditRow read;
  read.store = store;
  read.seq = ports::as_int(row[0]);
  read.at = from_millis(ports::as_int(row[1]));
  read.actor = ports::as_string(row[2]);
  read.action = ports::as_string(row[3]);
  read.subject = ports::as_string(row[4]);
  read.detail = ports::as_string(row[5]);
  read.previous = ports::as_string(row[6]);
  read.hash = ports::as_string(row[7]);
  return read;
}

std::string detail_text(const AuditEntry& entry) {
  json::object detail = entry.detail;
  detail["ip"] = entry.actor.address;
  detail["request_id"] = entry.actor.request_id;
  return canonical_json(detail);
}

}  // namespace

asio::awaitable<Result<ports::Committed>> AuditedStore::commit(ports::Transaction transaction) {
  AuditRow row;
  row.store = transaction.store;
  row.actor = entry_.actor.name;
  row.action = entry_.action;
  row.subject = entry_.subject;
  row.detail = detail_text(entry_);
  for (int n = 0; n < kTriesMax; ++n) {
    ports::Step read = statements::read_audit_head(row.store);
    KASSA_CO_TRY(const auto head, co_await store_.query(std::move(read)));
    row.seq = head.empty() ? 1 : ports::as_int(head.front()[0]) + 1;
    row.previous = head.empty() ? std::string(kChainStart) : ports::as_string(head.front()[1]);
    row.at = clock_.now();
    row.hash = audit_step(row.previous, row);
    ports::Transaction whole = transaction;
    // Last, so that a refusal of the write itself is found first.
    whole.add(statements::add_audit(row, std::string(kMoved)));
    KASSA_CO_TRY(auto done, co_await store_.commit(std::move(whole)));
    if (done.applied) done.steps.pop_back();
    if (done.applied || done.refused_label != kMoved) co_return done;
  }
  co_return Error{Errc::kOverloaded, "too many changes of this store at once"};
}

asio::awaitable<Result<std::vector<ports::Row>>> AuditedStore::query(ports::Step step) {
  co_return co_await store_.query(std::move(step));
}

asio::awaitable<Result<Page<AuditRow>>> AuditLog::list(StoreId store, PageRequest page) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!page.after.empty()) {
    const char* const end = page.after.data() + page.after.size();
    const auto [stop, failed] = std::from_chars(page.after.data(), end, before);
    if (failed != std::errc{} || stop != end) co_return Error{Errc::kInvalidRequest, "this is no cursor of this list"};
  }
  ports::Step read = statements::read_audit_before(store, before, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  co_return page_of<AuditRow>(rows, page, [&store](const ports::Row& row) { return audit_row_at(store, row); });
}

asio::awaitable<Result<ChainReport>> AuditLog::verify(StoreId store) {
  ChainReport report;
  std::int64_t last = 0;
  while (report.valid) {
    ports::Step read = statements::read_audit_after(store, last, kRowsAtOnce);
    KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
    for (const ports::Row& row : rows) check_row(report, audit_row_at(store, row));
    if (static_cast<std::int64_t>(rows.size()) < kRowsAtOnce) break;
    last = ports::as_int(rows.back()[0]);
  }
  co_return report;
}

}  // namespace kassa::admin
