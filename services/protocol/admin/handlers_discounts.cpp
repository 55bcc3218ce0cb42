#include <algorithm>

#include "services/admin/discount_rules.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/discount_answer.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/rule_ground.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kDiscounts = "discounts";
constexpr std::string_view kVersions = "discount_versions";

json::object written(const admin::RuleVersion& version) {
  json::object out;
  out["revision"] = version.revision;
  out["rule"] = version.rule;
  out["enabled"] = version.enabled;
  out["retired"] = version.retired;
  if (!version.replaced_at) return out;
  out["replaced_at"] = to_rfc3339(*version.replaced_at);
  out["replaced_by"] = version.replaced_by;
  return out;
}

Result<admin::RuleFilter> read_rule_filter(const http::Request& request) {
  admin::RuleFilter filter;
  KASSA_TRY(filter.rule_class, read_filter(request, "class", {"product", "order", "shipping", "payment"}));
  KASSA_TRY(filter.trigger, read_filter(request, "trigger", {"automatic", "codes"}));
  KASSA_TRY(const auto enabled, read_filter(request, "enabled", {"true", "false"}));
  if (!enabled.empty()) filter.enabled = enabled == "true";
  filter.text = request.query_value("text");
  if (filter.text.size() > limits::kTextBytesMax) return Error{Errc::kInvalidRequest, "this text is too long", "?text"};
  const std::string at = request.query_value("active_at");
  if (at.empty()) return filter;
  filter.active_at = from_rfc3339(at);
  if (!filter.active_at) return Error{Errc::kInvalidRequest, "use a time like 2026-11-20T00:00:00Z", "?active_at"};
  return filter;
}

/// Which revision of a rule a write goes over, as If-Match says.
asio::awaitable<Result<std::int64_t>> revision_to_write(admin::DiscountRules& rules, StoreId store, DiscountId id,
                                                        const Precondition& now) {
  const Error no_tag{Errc::kVersionConflict, "If-Match holds no tag of this rule"};
  if (!now.can_match()) co_return no_tag;
  if (const auto only = now.only()) co_return *only;
  const auto current = co_await rules.get(std::move(store), std::move(id));
  if (!current && current.error().code != Errc::kNotFound) co_return current.error();
  const auto revision = current ? now.matched(current.value().revision) : std::nullopt;
  if (!revision) co_return no_tag;
  co_return *revision;
}

/// The same for writes that need no If-Match.
asio::awaitable<Result<std::optional<std::int64_t>>> revision_if_given(admin::DiscountRules& rules, StoreId store,
                                                                       DiscountId id, Precondition now) {
  if (!now.given) co_return std::optional<std::int64_t>{};
  auto found = co_await revision_to_write(rules, std::move(store), std::move(id), now);
  if (!found) co_return found.error();
  co_return std::optional<std::int64_t>{found.value()};
}

/// The path names the rule; the body may repeat the id, but not name another.
void check_id(json::object& rule, const std::string& id, std::vector<Problem>& problems) {
  const json::value& named = rule.emplace("id", id).first->value();
  if (named == json::value(id)) return;
  ObjectReader(rule, "", problems).fault("id", "id_mismatch", "The body names another rule than the path.");
}

asio::awaitable<http::Response> switch_discount(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request, bool enabled) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::DiscountRules rules(services.store, services.clock);
  const Precondition now = read_precondition(request);
  const auto revision = co_await revision_if_given(rules, caller.store, DiscountId(id.value()), now);
  if (!revision) co_return admin_failure(revision.error());
  const auto stored =
      co_await rules.enable(caller.actor, caller.store, DiscountId(id.value()), enabled, revision.value());
  if (!stored) co_return admin_failure(stored.error());
  co_return admin_answer(written_rule(stored.value()), stored.value().revision);
}

}  // namespace

namespace {

/// What the rule may spend, by currency; null without a budget.
const json::object* budget_of(const json::object& rule) {
  const json::value* const limits = rule.if_contains("limits");
  const json::object* const members = limits == nullptr ? nullptr : limits->if_object();
  const json::value* const budget = members == nullptr ? nullptr : members->if_contains("budget");
  return budget == nullptr ? nullptr : budget->if_object();
}

/// Money that was spent before the rule had this budget is told, too, and leaves nothing below zero.
void write_spent(const admin::StoredRule& rule, json::object& out) {
  json::object spent;
  for (const auto& [currency, amount] : rule.spent) spent[currency.code()] = amount;
  if (const json::object* const budget = budget_of(rule.rule)) {
    json::object left;
    for (const auto& most : *budget) {
      const json::value& taken = spent.emplace(most.key(), std::int64_t{0}).first->value();
      left[most.key()] = std::max<std::int64_t>(0, most.value().as_int64() - taken.as_int64());
    }
    out["left"] = std::move(left);
  }
  if (!spent.empty()) out["spent"] = std::move(spent);
}

}  // namespace

json::object written_rule(const admin::StoredRule& rule) {
  json::object out;
  out["id"] = rule.id.value;
  out["rule"] = rule.rule;
  out["enabled"] = rule.enabled;
  out["used"] = rule.used;
  if (rule.max_uses) out["max_uses"] = *rule.max_uses;
  if (rule.max_uses) out["uses_left"] = std::max<std::int64_t>(0, *rule.max_uses - rule.used);
  write_spent(rule, out);
  out["revision"] = rule.revision;
  return out;
}

asio::awaitable<http::Response> list_discounts(const AdminServices& services, const AdminCaller& caller,
                                               const http::Request& request) {
  auto page = read_page(request, kDiscounts, {"class", "trigger", "enabled", "text", "active_at"});
  if (!page) co_return admin_failure(page.error());
  auto filter = read_rule_filter(request);
  if (!filter) co_return admin_failure(filter.error());
  admin::DiscountRules rules(services.store, services.clock);
  const auto found = co_await rules.list(caller.store, std::move(filter).value(), std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::StoredRule& rule : found.value().items) items.push_back(written_rule(rule));
  co_return page_answer(std::move(items), found.value().more, kDiscounts, found.value().last);
}

asio::awaitable<http::Response> get_discount(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::DiscountRules rules(services.store, services.clock);
  const auto rule = co_await rules.get(caller.store, DiscountId(id.value()));
  if (!rule) co_return admin_failure(rule.error());
  co_return admin_answer(written_rule(rule.value()), rule.value().revision);
}

asio::awaitable<http::Response> put_discount(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const Precondition now = read_precondition(request);
  if (!now.given) {
    co_return admin_failure(428, "precondition_required",
                            "send If-Match with the ETag that you read, or If-None-Match: *");
  }
  auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  check_id(body.value(), id.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the rule has faults"}, problems);
  admin::DiscountRules rules(services.store, services.clock);
  std::optional<std::int64_t> revision;
  if (!now.absent) {
    DiscountId rule(id.value());
    auto found = co_await revision_to_write(rules, caller.store, std::move(rule), now);
    if (!found) co_return admin_failure(found.error());
    revision = found.value();
  }
  const admin::RuleGround ground = co_await rule_ground(services, caller.store);
  const auto stored = co_await rules.put(caller.actor, caller.store, DiscountId(id.value()), std::move(body).value(),
                                         revision, ground, problems);
  if (!stored) co_return admin_failure(stored.error(), problems);
  http::Response response = admin_answer(written_rule(stored.value()), stored.value().revision);
  response.status = now.absent ? 201 : 200;
  co_return response;
}

asio::awaitable<http::Response> delete_discount(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::DiscountRules rules(services.store, services.clock);
  const Precondition now = read_precondition(request);
  const auto revision = co_await revision_if_given(rules, caller.store, DiscountId(id.value()), now);
  if (!revision) co_return admin_failure(revision.error());
  const auto retired = co_await rules.retire(caller.actor, caller.store, DiscountId(id.value()), revision.value());
  if (!retired) co_return admin_failure(retired.error());
  co_return http::Response(204, "");
}

asio::awaitable<http::Response> enable_discount(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request) {
  co_return co_await switch_discount(services, caller, request, true);
}

asio::awaitable<http::Response> disable_discount(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  co_return co_await switch_discount(services, caller, request, false);
}

asio::awaitable<http::Response> list_discount_versions(const AdminServices& services, const AdminCaller& caller,
                                                       const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  auto page = read_page(request, kVersions);
  if (!page) co_return admin_failure(page.error());
  admin::DiscountRules rules(services.store, services.clock);
  const auto found = co_await rules.versions(caller.store, DiscountId(id.value()), std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::RuleVersion& version : found.value().items) items.push_back(written(version));
  const std::string last = items.empty() ? "" : std::to_string(found.value().items.back().revision);
  co_return page_answer(std::move(items), found.value().more, kVersions, last);
}

}  // namespace kassa::protocol
