#include "services/admin/erasure.hpp"
#include "services/admin/order_list.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/email_index.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/order_answer.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/principal.hpp"

namespace kassa::protocol {

/// Exactly one of both.
struct ErasureOrder {
  std::string person;
  std::string email;
};

namespace {

namespace asio = boost::asio;

constexpr std::string_view kOrders = "orders";

Result<admin::OrderFilter> read_filters(const http::Request& request) {
  admin::OrderFilter filter;
  KASSA_TRY(filter.order_state, read_filter(request, "order_state", {"confirmed", "held", "cancelled", "closed"}));
  KASSA_TRY(filter.payment_state, read_filter(request, "payment_state",
                                              {"none_due", "pending", "authorized", "partially_paid", "paid",
                                               "partially_refunded", "refunded", "disputed"}));
  return filter;
}

ErasureOrder read_erasure(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"person_id", "email"});
  ErasureOrder order;
  order.person = reader.text("person_id", limits::kIdBytesMax).value_or("");
  order.email = normal_email(reader.text("email", limits::kTextBytesMax).value_or(""));
  if (problems.empty() && order.person.empty() == order.email.empty()) {
    reader.fault("person_id", "required", "Name exactly one of person_id and email.");
  }
  return order;
}

/// Whether an order is one of the caller's mode. What cannot be opened any more is shown: it holds nothing.
asio::awaitable<Result<bool>> in_mode(const AdminServices& services, const AdminCaller& caller, OrderId id) {
  const auto order = co_await services.orders.get(caller.store, std::move(id));
  if (!order && order.error().code != Errc::kNotFound) co_return order.error();
  co_return !order || is_live(order.value().record.audience.owner) == caller.live;
}

asio::awaitable<Result<std::vector<PersonId>>> carry_out(const AdminServices& services, const AdminCaller& caller,
                                                         ErasureOrder order) {
  admin::Erasure erasure(services.store, services.persons, services.clock, services.forget_person);
  if (order.person.empty()) {
    Bytes hash = ports::email_hash(services.box, caller.store, order.email);
    co_return co_await erasure.erase_by_email(caller.actor, caller.store, std::move(hash));
  }
  std::vector<PersonId> persons(1, PersonId(order.person));
  KASSA_CO_TRY(co_await erasure.erase(caller.actor, caller.store, persons.front()));
  co_return persons;
}

}  // namespace

asio::awaitable<http::Response> list_orders(const AdminServices& services, const AdminCaller& caller,
                                            const http::Request& request) {
  auto page = read_page(request, kOrders, {"order_state", "payment_state"});
  if (!page) co_return admin_failure(page.error());
  auto filter = read_filters(request);
  if (!filter) co_return admin_failure(filter.error());
  admin::OrderList orders(services.store);
  const auto found = co_await orders.list(caller.store, std::move(filter).value(), std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::OrderSummary& order : found.value().items) {
    // Only a live store has orders of both modes; its pages may be shorter than asked for.
    if (caller.live) {
      const auto shown = co_await in_mode(services, caller, order.id);
      if (!shown) co_return admin_failure(shown.error());
      if (!shown.value()) continue;
    }
    items.push_back(written_summary(order));
  }
  const std::string last = found.value().items.empty() ? "" : found.value().items.back().id.value;
  co_return page_answer(std::move(items), found.value().more, kOrders, last);
}

asio::awaitable<http::Response> get_placed_order(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const OrderId order{id.value()};
  admin::OrderList orders(services.store);
  const auto summary = co_await orders.find(caller.store, order);
  if (!summary) co_return admin_failure(summary.error());
  const auto contents = co_await services.orders.get(caller.store, order);
  if (!contents && contents.error().code != Errc::kNotFound) co_return admin_failure(contents.error());
  if (contents && is_live(contents.value().record.audience.owner) != caller.live) {
    const Error hidden{Errc::kNotFound, "no such order"};
    co_return admin_failure(hidden);
  }
  json::object out = written_summary(summary.value());
  // The row is there, so what is not found is the key of its person.
  out["erased"] = !contents.has_value();
  if (contents) add_contents(out, contents.value());
  co_return admin_answer(200, out);
}

asio::awaitable<http::Response> erase_person(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  ErasureOrder order = read_erasure(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  const auto erased = co_await carry_out(services, caller, std::move(order));
  if (!erased) co_return admin_failure(erased.error());
  json::array persons;
  for (const PersonId& person : erased.value()) persons.emplace_back(person.value);
  json::object out;
  out["erased"] = std::move(persons);
  co_return admin_answer(200, out);
}

}  // namespace kassa::protocol
