#include "services/admin/discount_codes.hpp"
#include "services/base/text.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/line_answers.hpp"
#include "services/protocol/admin/rule_ground.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

struct CodesAsk {
  std::int64_t count{};
  std::string prefix;
};

CodesAsk read_codes_ask(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"count", "prefix"});
  reader.require("count");
  CodesAsk ask;
  ask.count = reader.integer("count", 1, admin::kCodesPerCallMax).value_or(0);
  ask.prefix = reader.text("prefix", admin::kCodePrefixBytesMax).value_or("");
  if (!ask.prefix.empty() && (!is_visible_ascii(ask.prefix) || ask.prefix.find_first_of("\",;") != std::string::npos)) {
    reader.fault("prefix", "bad_code", "Use visible ASCII characters, and no quotes, commas or semicolons.");
  }
  return ask;
}

}  // namespace

asio::awaitable<http::Response> make_codes(const AdminServices& services, const AdminCaller& caller,
                                           const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  CodesAsk ask = read_codes_ask(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  admin::DiscountCodes codes(services.store, services.clock, services.random);
  const auto made =
      co_await codes.make(caller.actor, caller.store, DiscountId(id.value()), ask.count, std::move(ask.prefix));
  if (!made) co_return admin_failure(made.error());
  http::Response response(201, "code\r\n");
  for (const std::string& code : made.value()) response.body.append(code).append("\r\n");
  response.content_type = "text/csv; charset=utf-8";
  co_return response;
}

asio::awaitable<http::Response> import_codes(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::DiscountCodes codes(services.store, services.clock, services.random);
  std::vector<admin::LineFault> faults;
  const admin::RuleGround ground = co_await rule_ground(services, caller.store);
  DiscountId rule(id.value());
  const auto taken = co_await codes.take(caller.actor, caller.store, std::move(rule), ground, request.body, faults);
  if (!taken) co_return line_failure(taken.error(), faults);
  json::object out;
  out["created"] = taken.value();
  co_return admin_answer(200, out);
}

asio::awaitable<http::Response> get_code(const AdminServices& services, const AdminCaller& caller,
                                         const http::Request& request) {
  auto code = path_id(request);
  if (!code) co_return admin_failure(code.error());
  admin::DiscountCodes codes(services.store, services.clock, services.random);
  const auto found = co_await codes.find(caller.store, code.value());
  if (!found) co_return admin_failure(found.error());
  json::object out;
  out["discount_id"] = found.value().rule.value;
  out["created_at"] = to_rfc3339(found.value().created_at);
  out["used"] = !found.value().order.empty();
  if (!found.value().order.empty()) out["order_id"] = found.value().order.value;
  co_return admin_answer(200, out);
}

asio::awaitable<http::Response> withdraw_code(const AdminServices& services, const AdminCaller& caller,
                                              const http::Request& request) {
  auto code = path_id(request);
  if (!code) co_return admin_failure(code.error());
  admin::DiscountCodes codes(services.store, services.clock, services.random);
  const auto gone = co_await codes.withdraw(caller.actor, caller.store, code.value());
  if (!gone) co_return admin_failure(gone.error());
  co_return http::Response(204, "");
}

}  // namespace kassa::protocol
