#include "services/admin/discount_rules.hpp"
#include "services/admin/stock.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kDiscounts = "discounts";

json::object written(const admin::StoredRule& rule) {
  json::object out;
  out["id"] = rule.id.value;
  out["rule"] = rule.rule;
  out["used"] = rule.used;
  if (rule.max_uses) out["max_uses"] = *rule.max_uses;
  out["revision"] = rule.revision;
  return out;
}

json::object written(const ports::StockLevel& level) {
  json::object out;
  out["variant_id"] = level.variant.value;
  out["location_id"] = level.location.value;
  out["on_hand"] = level.on_hand;
  out["reserved"] = level.reserved;
  out["available"] = level.available();
  return out;
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

/// The path names the rule; the body may repeat the id, but not name another.
void check_id(json::object& rule, const std::string& id, std::vector<Problem>& problems) {
  const json::value& named = rule.emplace("id", id).first->value();
  if (named == json::value(id)) return;
  ObjectReader(rule, "", problems).fault("id", "id_mismatch", "The body names another rule than the path.");
}

admin::StockChange read_change(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"variant_id", "location_id", "set", "adjust", "expected_on_hand"});
  reader.require("variant_id");
  reader.require("location_id");
  admin::StockChange change;
  change.variant = VariantId{reader.text("variant_id", limits::kIdBytesMax).value_or("")};
  change.location = LocationId{reader.text("location_id", limits::kIdBytesMax).value_or("")};
  const auto set = reader.integer("set", -admin::kOnHandMax, admin::kOnHandMax);
  const auto adjust = reader.integer("adjust", -admin::kOnHandMax, admin::kOnHandMax);
  change.expected = reader.integer("expected_on_hand", -admin::kOnHandMax, admin::kOnHandMax);
  if (problems.empty() && set.has_value() == adjust.has_value()) {
    reader.fault("set", "required", "Give exactly one of set and adjust.");
  }
  change.relative = adjust.has_value();
  change.quantity = adjust.value_or(set.value_or(0));
  return change;
}

}  // namespace

asio::awaitable<http::Response> list_discounts(const AdminServices& services, const AdminCaller& caller,
                                               const http::Request& request) {
  auto page = read_page(request, kDiscounts);
  if (!page) co_return admin_failure(page.error());
  admin::DiscountRules rules(services.store, services.clock);
  const auto found = co_await rules.list(caller.store, std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::StoredRule& rule : found.value().items) items.push_back(written(rule));
  const std::string last = found.value().items.empty() ? "" : found.value().items.back().id.value;
  co_return page_answer(std::move(items), found.value().more, kDiscounts, last);
}

asio::awaitable<http::Response> get_discount(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::DiscountRules rules(services.store, services.clock);
  const auto rule = co_await rules.get(caller.store, DiscountId(id.value()));
  if (!rule) co_return admin_failure(rule.error());
  co_return admin_answer(written(rule.value()), rule.value().revision);
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
  const auto stored = co_await rules.put(caller.actor, caller.store, DiscountId(id.value()), std::move(body).value(),
                                         revision, problems);
  if (!stored) co_return admin_failure(stored.error(), problems);
  http::Response response = admin_answer(written(stored.value()), stored.value().revision);
  response.status = now.absent ? 201 : 200;
  co_return response;
}

asio::awaitable<http::Response> delete_discount(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const Precondition now = read_precondition(request);
  admin::DiscountRules rules(services.store, services.clock);
  std::optional<std::int64_t> revision;
  if (now.given) {
    DiscountId rule(id.value());
    auto found = co_await revision_to_write(rules, caller.store, std::move(rule), now);
    if (!found) co_return admin_failure(found.error());
    revision = found.value();
  }
  const auto retired = co_await rules.retire(caller.actor, caller.store, DiscountId(id.value()), revision);
  if (!retired) co_return admin_failure(retired.error());
  co_return http::Response(204, "");
}

asio::awaitable<http::Response> get_stock(const AdminServices& services, const AdminCaller& caller,
                                          const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::Stock stock(services.store, services.clock, services.stock);
  const auto levels = co_await stock.levels(caller.store, VariantId(id.value()));
  if (!levels) co_return admin_failure(levels.error());
  json::array items;
  for (const ports::StockLevel& level : levels.value()) items.push_back(written(level));
  json::object out;
  out["items"] = std::move(items);
  co_return admin_answer(200, out);
}

asio::awaitable<http::Response> change_stock(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  admin::StockChange change = read_change(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  admin::Stock stock(services.store, services.clock, services.stock);
  const auto level = co_await stock.change(caller.actor, caller.store, std::move(change));
  if (!level) co_return admin_failure(level.error());
  co_return admin_answer(200, written(level.value()));
}

}  // namespace kassa::protocol
