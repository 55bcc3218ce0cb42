#include <charconv>
#include <limits>

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/catalog/catalog_changes.hpp"
#include "services/catalog/sync.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/line_answers.hpp"
#include "services/protocol/admin/paging.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kChangesMax = 1'000;

/// Keeps a batch with its audit row, which has the hash of what was sent.
class AuditedBatch final : public catalog::SyncKeeper {
 public:
  AuditedBatch(const AdminServices& services, const AdminCaller& caller, std::string_view action,
               const http::Request& request)
      : services_(services), caller_(caller), action_(action), request_(request) {}

  asio::awaitable<Result<ports::Committed>> keep(ports::Transaction transaction, json::object detail) override {
    detail["sha256"] = sha256_hex(request_.body);
    admin::AuditEntry entry(caller_.actor, action_, "", std::move(detail));
    admin::AuditedStore audited(services_.store, services_.clock, std::move(entry));
    co_return co_await audited.commit(std::move(transaction));
  }

 private:
  const AdminServices& services_;
  const AdminCaller& caller_;
  const std::string action_;
  const http::Request& request_;
};

struct SyncAsk {
  std::vector<catalog::SyncRow> rows;
  catalog::SyncOptions options;
};

Result<SyncAsk> read_sync(const http::Request& request) {
  SyncAsk ask;
  KASSA_TRY(ask.options.atomic, read_flag(request, "atomic"));
  Precondition condition = read_precondition(request);
  if (condition.given && !condition.any) ask.options.revisions = std::move(condition.revisions);
  KASSA_TRY(ask.rows, catalog::read_sync_rows(request.body));
  return ask;
}

struct ChangePage {
  std::int64_t after{};
  std::int64_t most{kChangesMax};
};

Result<void> read_number(const http::Request& request, std::string_view name, std::int64_t least, std::int64_t most,
                         std::int64_t& out) {
  const std::string text = request.query_value(name);
  if (text.empty()) return ok();
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed == std::errc{} && end == text.data() + text.size() && out >= least && out <= most) return ok();
  Error refused{Errc::kInvalidRequest,
                "use a whole number from " + std::to_string(least) + " to " + std::to_string(most)};
  refused.path = "?" + std::string(name);
  return refused;
}

Result<ChangePage> read_change_page(const http::Request& request) {
  KASSA_TRY(check_query(request, {"after", "limit"}));
  ChangePage page;
  KASSA_TRY(read_number(request, "after", 0, std::numeric_limits<std::int64_t>::max(), page.after));
  KASSA_TRY(read_number(request, "limit", 1, kChangesMax, page.most));
  return page;
}

std::string tag_of(std::int64_t revision) { return "\"" + std::to_string(revision) + "\""; }

json::object written(const catalog::SyncRow& row) {
  json::object out;
  out["id"] = row.id;
  out["status"] = !row.good() ? "rejected" : row.changed ? "applied" : "unchanged";
  if (row.good() && row.revision > 0) out["etag"] = tag_of(row.revision);
  if (row.good()) return out;
  json::array problems;
  for (const Problem& problem : row.problems) {
    json::object told;
    told["path"] = problem.path;
    told["code"] = problem.code;
    told["message"] = problem.message;
    if (!problem.hint.empty()) told["hint"] = problem.hint;
    problems.push_back(std::move(told));
  }
  out["problems"] = std::move(problems);
  return out;
}

http::Response sync_answer(const AdminServices& services, const Result<catalog::SyncReport>& report) {
  if (!report) return admin_failure(report.error());
  if (report.value().kept && services.wake_snapshots) services.wake_snapshots();
  json::object body = catalog::counts_of(report.value().rows);
  json::array items;
  for (const catalog::SyncRow& row : report.value().rows) items.push_back(written(row));
  body["items"] = std::move(items);
  return admin_answer(body, report.value().revision);
}

}  // namespace

asio::awaitable<http::Response> put_products(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  auto ask = read_sync(request);
  if (!ask) co_return admin_failure(ask.error());
  AuditedBatch batch(services, caller, "products.set", request);
  const catalog::SyncContext world{services.store, services.box, services.clock, batch};
  const auto report =
      co_await catalog::put_products(world, caller.store, std::move(ask.value().rows), std::move(ask.value().options));
  co_return sync_answer(services, report);
}

asio::awaitable<http::Response> put_prices(const AdminServices& services, const AdminCaller& caller,
                                           const http::Request& request) {
  auto ask = read_sync(request);
  if (!ask) co_return admin_failure(ask.error());
  AuditedBatch batch(services, caller, "prices.set", request);
  const catalog::SyncContext world{services.store, services.box, services.clock, batch};
  const auto report =
      co_await catalog::put_prices(world, caller.store, std::move(ask.value().rows), std::move(ask.value().options));
  co_return sync_answer(services, report);
}

asio::awaitable<http::Response> put_stock(const AdminServices& services, const AdminCaller& caller,
                                          const http::Request& request) {
  auto ask = read_sync(request);
  if (!ask) co_return admin_failure(ask.error());
  AuditedBatch batch(services, caller, "stock.set", request);
  const catalog::SyncContext world{services.store, services.box, services.clock, batch};
  const auto report = co_await catalog::put_stock(world, caller.store, std::move(ask.value().rows),
                                                  std::move(ask.value().options), services.stock);
  co_return sync_answer(services, report);
}

asio::awaitable<http::Response> list_catalog_changes(const AdminServices& services, const AdminCaller& caller,
                                                     const http::Request& request) {
  const auto asked = read_change_page(request);
  if (!asked) co_return admin_failure(asked.error());
  const std::int64_t after = asked.value().after;
  const std::int64_t most = asked.value().most;
  const auto found = co_await catalog::list_changes(services.store, caller.store, after, most + 1);
  if (!found) co_return admin_failure(found.error());
  json::array items;
  std::int64_t last = after;
  for (const catalog::CatalogChange& change : found.value()) {
    if (static_cast<std::int64_t>(items.size()) == most) break;
    json::object item;
    item["seq"] = change.seq;
    item["kind"] = change.kind;
    if (!change.id.empty()) item["id"] = change.id;
    item["revision"] = change.revision;
    item["at"] = to_rfc3339(change.at);
    items.push_back(std::move(item));
    last = change.seq;
  }
  json::object body;
  body["items"] = std::move(items);
  body["last"] = last;
  body["more"] = static_cast<std::int64_t>(found.value().size()) > most;
  co_return admin_answer(200, body);
}

}  // namespace kassa::protocol
