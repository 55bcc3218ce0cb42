#include "services/admin/discount_import.hpp"
#include "services/admin/discount_rules.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/line_answers.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/rule_ground.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kExport = "discount_export";
constexpr std::size_t kFaultsToldMax = 200;
constexpr std::int64_t kRulesAtOnce = 500;

json::object written(const admin::ImportedRules& counts, bool dry) {
  json::object out;
  out["created"] = counts.created;
  out["updated"] = counts.updated;
  out["unchanged"] = counts.unchanged;
  out["kept"] = !dry;
  return out;
}

}  // namespace

Result<bool> read_flag(const http::Request& request, std::string_view name) {
  KASSA_TRY(check_query(request, {name}));
  KASSA_TRY(const auto word, read_filter(request, name, {"true", "false"}));
  return word == "true";
}

http::Response line_failure(const Error& error, const std::vector<admin::LineFault>& faults) {
  http::Response response = admin_failure(error);
  if (faults.empty()) return response;
  json::object body = json::parse(response.body).as_object();
  json::array problems;
  for (const admin::LineFault& fault : faults) {
    if (problems.size() == kFaultsToldMax) break;
    json::object problem;
    if (fault.line > 0) problem["line"] = fault.line;
    problem["path"] = fault.problem.path;
    problem["code"] = fault.problem.code;
    problem["message"] = fault.problem.message;
    if (!fault.problem.hint.empty()) problem["hint"] = fault.problem.hint;
    problems.push_back(std::move(problem));
  }
  if (problems.size() < faults.size()) body["problems_left_out"] = faults.size() - problems.size();
  body["problems"] = std::move(problems);
  response.body = json::serialize(body);
  return response;
}

asio::awaitable<http::Response> import_discounts(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  const auto dry = read_flag(request, "dry_run");
  if (!dry) co_return admin_failure(dry.error());
  admin::DiscountImport import(services.store, services.clock);
  std::vector<admin::LineFault> faults;
  const admin::RuleGround ground = co_await rule_ground(services, caller.store);
  const auto taken = co_await import.take(caller.actor, caller.store, ground, request.body, dry.value(), faults);
  if (!taken) co_return line_failure(taken.error(), faults);
  co_return admin_answer(200, written(taken.value(), dry.value()));
}

asio::awaitable<http::Response> export_discounts(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  const auto known = check_query(request, {"cursor"});
  if (!known) co_return admin_failure(known.error());
  const auto page = read_page(request, kExport);
  if (!page) co_return admin_failure(page.error());
  admin::DiscountRules rules(services.store, services.clock);
  admin::PageRequest next(page.value());
  next.most = kRulesAtOnce;
  http::Response response(200, "");
  response.content_type = "application/x-ndjson";
  // What one import takes, so that every part of an export is one.
  std::size_t room = admin::kRulesPerImportMax;
  while (true) {
    admin::RuleFilter all;
    const auto found = co_await rules.list(caller.store, std::move(all), next);
    if (!found) co_return admin_failure(found.error());
    for (const admin::StoredRule& rule : found.value().items) {
      const std::string line = admin::rule_line(rule);
      const bool full = room == 0 || response.body.size() + line.size() + 1 > limits::kImportBodyBytesMax;
      if (full) {
        response.headers.emplace_back("Next-Cursor", cursor_of(kExport, next.after));
        co_return response;
      }
      response.body += line;
      response.body += '\n';
      next.after = rule.id.value;
      --room;
    }
    if (!found.value().more) co_return response;
  }
}

}  // namespace kassa::protocol
