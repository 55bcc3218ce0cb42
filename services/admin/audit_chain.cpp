#include "services/admin/audit_chain.hpp"

#include "services/base/hash.hpp"
#include "services/base/json.hpp"

namespace kassa::admin {
namespace {

void breaks(ChainReport& report, std::string why) {
  report.valid = false;
  report.broken_at = report.rows + 1;
  report.why = std::move(why);
}

}  // namespace

std::string audit_step(std::string_view previous, const AuditRow& row) {
  json::object object;
  object["store"] = row.store.value;
  object["seq"] = row.seq;
  object["at"] = to_millis(row.at);
  object["actor"] = row.actor;
  object["action"] = row.action;
  object["subject"] = row.subject;
  object["detail"] = row.detail;
  return sha256_hex(std::string(previous) + canonical_json(object));
}

void check_row(ChainReport& report, const AuditRow& row) {
  if (!report.valid) return;
  if (row.seq != report.rows + 1) return breaks(report, "a row is missing");
  if (row.previous != report.head) return breaks(report, "the row does not follow the one before it");
  if (row.hash != audit_step(row.previous, row)) return breaks(report, "the row was changed");
  ++report.rows;
  report.head = row.hash;
}

}  // namespace kassa::admin
