#include "services/admin/erasure.hpp"
#include "services/admin/order_list.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/email_index.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/order_answer.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/reading.hpp"
#include "services/protocol/admin/search_filters.hpp"

namespace kassa::protocol {

/// Exactly one of both.
struct ErasureOrder {
  std::string person;
  std::string email;
};

namespace {

namespace asio = boost::asio;

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

asio::awaitable<Result<std::vector<PersonId>>> carry_out(const AdminServices& services, const AdminCaller& caller,
                                                         ErasureOrder order) {
  admin::Erasure erasure(services.store, services.persons, services.clock, services.forget_person);
  if (order.person.empty()) {
    Bytes hash = ports::email_hash(services.box, caller.store, order.email);
    KASSA_CO_TRY(co_await services.write_noted(caller.store, hash));
    co_return co_await erasure.erase_by_email(caller.actor, caller.store, std::move(hash));
  }
  std::vector<PersonId> persons(1, PersonId(order.person));
  KASSA_CO_TRY(co_await erasure.erase(caller.actor, caller.store, persons.front()));
  co_return persons;
}

}  // namespace

asio::awaitable<Result<json::object>> whole_order(const AdminServices& services, const StoreId& store,
                                                  const admin::OrderSummary& summary) {
  if (summary.order_state == admin::kWithdrawn) {
    json::object withdrawn = written_summary(summary);
    withdrawn["erased"] = false;
    co_return withdrawn;
  }
  const auto contents = co_await services.orders.get(store, summary.id);
  if (!contents && contents.error().code != Errc::kNotFound) co_return contents.error();
  json::object out = written_summary(summary);
  // The row is there, so what is not found is the key of its person.
  out["erased"] = !contents.has_value();
  if (contents) add_contents(out, contents.value());
  co_return out;
}

asio::awaitable<http::Response> list_orders(const AdminServices& services, const AdminCaller& caller,
                                            const http::Request& request) {
  const auto search = read_order_search(services, caller, request);
  if (!search) co_return admin_failure(search.error());
  const OrderSearch& wanted = search.value();
  admin::OrderList orders(services.store);
  const auto found = co_await orders.list(caller.store, wanted.filter, wanted.page);
  if (!found) co_return admin_failure(found.error());
  const std::vector<admin::OrderSummary>& shown = found.value().items;
  json::object body;
  json::array& items = body["items"].emplace_array();
  for (const admin::OrderSummary& order : shown) items.push_back(written_summary(order));
  const bool more = found.value().more;
  if (more) body["next_cursor"] = cursor_of(wanted.list, found.value().next);
  if (!more && wanted.by_change()) body["updated_until"] = to_rfc3339(wanted.filter.changed_until);
  if (wanted.names_somebody()) {
    Reading reading("orders.searched", "", request, shown.size());
    const auto noted = co_await note_reading(services, caller, std::move(reading));
    if (!noted) co_return admin_failure(noted.error());
  }
  co_return admin_answer(200, body);
}

asio::awaitable<http::Response> get_placed_order(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const OrderId order{id.value()};
  admin::OrderList orders(services.store);
  const auto summary = co_await orders.find(caller.store, order);
  if (!summary) co_return admin_failure(summary.error());
  if (summary.value().live != caller.live) {
    const Error hidden{Errc::kNotFound, "no such order"};
    co_return admin_failure(hidden);
  }
  const auto contents = co_await whole_order(services, caller.store, summary.value());
  if (!contents) co_return admin_failure(contents.error());
  Reading reading("order.read", order.value, request, 1);
  const auto noted = co_await note_reading(services, caller, std::move(reading));
  if (!noted) co_return admin_failure(noted.error());
  co_return admin_answer(200, contents.value());
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
