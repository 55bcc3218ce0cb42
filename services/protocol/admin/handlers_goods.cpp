#include "services/admin/stock.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

json::object written(const ports::StockLevel& level) {
  json::object out;
  out["variant_id"] = level.variant.value;
  out["location_id"] = level.location.value;
  out["on_hand"] = level.on_hand;
  out["reserved"] = level.reserved;
  out["available"] = level.available();
  return out;
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
