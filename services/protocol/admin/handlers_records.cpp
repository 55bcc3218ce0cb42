#include "services/admin/audit.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/webhooks/dead_letters.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kDeadLetters = "dead-letters";
constexpr std::string_view kAudit = "audit";

json::object written(const webhooks::DeadLetter& letter) {
  json::object out;
  out["event_id"] = letter.event.value;
  out["order_id"] = letter.order.value;
  out["seq"] = letter.seq;
  out["dialect"] = letter.dialect;
  out["target"] = letter.target;
  out["created_at"] = to_rfc3339(letter.created_at);
  out["ended_at"] = to_rfc3339(letter.ended_at);
  out["attempts"] = letter.attempts;
  out["why"] = letter.why;
  return out;
}

json::object written(const admin::AuditRow& row) {
  json::object out;
  out["seq"] = row.seq;
  out["at"] = to_rfc3339(row.at);
  out["actor"] = row.actor;
  out["action"] = row.action;
  out["subject"] = row.subject;
  out["detail"] = row.detail;  // As text: it is what was hashed.
  out["previous"] = row.previous;
  out["hash"] = row.hash;
  return out;
}

}  // namespace

asio::awaitable<http::Response> list_dead_letters(const AdminServices& services, const AdminCaller& caller,
                                                  const http::Request& request) {
  const auto page = read_page(request, kDeadLetters);
  if (!page) co_return admin_failure(page.error());
  const admin::PageRequest& wanted = page.value();
  webhooks::DeadLetters letters(services.store, services.clock, services.wake_outbox);
  const auto rows =
      co_await letters.list(caller.store, EventId(wanted.after), static_cast<std::size_t>(wanted.most + 1));
  if (!rows) co_return admin_failure(rows.error());
  const auto found = admin::page_of<webhooks::DeadLetter>(rows.value(), wanted, [](const auto& row) { return row; });
  json::array items;
  for (const webhooks::DeadLetter& letter : found.items) items.push_back(written(letter));
  const std::string last = found.items.empty() ? "" : found.items.back().event.value;
  co_return page_answer(std::move(items), found.more, kDeadLetters, last);
}

asio::awaitable<http::Response> replay_dead_letter(const AdminServices& services, const AdminCaller& caller,
                                                   const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::AuditEntry entry(caller.actor, "event.replayed", id.value());
  admin::AuditedStore audited(services.store, services.clock, std::move(entry));
  webhooks::DeadLetters letters(audited, services.clock, services.wake_outbox);
  const auto replayed = co_await letters.replay(caller.store, EventId(id.value()));
  if (!replayed) co_return admin_failure(replayed.error());
  json::object out;
  out["event_id"] = id.value();
  out["state"] = "waiting";
  co_return admin_answer(202, out);
}

asio::awaitable<http::Response> list_audit(const AdminServices& services, const AdminCaller& caller,
                                           const http::Request& request) {
  auto page = read_page(request, kAudit);
  if (!page) co_return admin_failure(page.error());
  admin::AuditLog log(services.store);
  const auto found = co_await log.list(caller.store, std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::AuditRow& row : found.value().items) items.push_back(written(row));
  const std::string last = found.value().items.empty() ? "" : std::to_string(found.value().items.back().seq);
  co_return page_answer(std::move(items), found.value().more, kAudit, last);
}

asio::awaitable<http::Response> verify_audit(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request&) {
  admin::AuditLog log(services.store);
  const auto report = co_await log.verify(caller.store);
  if (!report) co_return admin_failure(report.error());
  json::object out;
  out["valid"] = report.value().valid;
  out["rows"] = report.value().rows;
  out["head"] = report.value().head;
  if (!report.value().valid) {
    services.log.error("audit.broken", {{"store", caller.store.value}, {"seq", report.value().broken_at}});
    out["broken_at"] = report.value().broken_at;
    out["why"] = report.value().why;
  }
  co_return admin_answer(200, out);
}

}  // namespace kassa::protocol
