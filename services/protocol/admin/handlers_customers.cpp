#include "services/admin/customer_list.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/reading.hpp"
#include "services/protocol/admin/search_filters.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

json::object written_customer(const admin::Customer& customer) {
  json::object out;
  out["person_id"] = customer.id.value;
  out["shopper"] = customer.shopper;
  out["created_at"] = to_rfc3339(customer.created_at);
  std::int64_t orders = 0;
  json::array totals;
  for (const admin::CustomerTotal& part : customer.totals) {
    orders += part.orders;
    json::object total;
    total["currency"] = part.total.currency.code();
    total["orders"] = part.orders;
    total["total"] = part.total.minor;
    totals.push_back(std::move(total));
  }
  out["orders"] = orders;
  out["totals"] = std::move(totals);
  if (customer.first_order_at) out["first_order_at"] = to_rfc3339(*customer.first_order_at);
  if (customer.last_order_at) out["last_order_at"] = to_rfc3339(*customer.last_order_at);
  return out;
}

/// With the e-mail address of the last order, as long as there is a key to it.
asio::awaitable<Result<json::object>> shown_customer(const AdminServices& services, const StoreId& store,
                                                     const admin::Customer& customer) {
  json::object out = written_customer(customer);
  if (!customer.last_order) co_return out;
  const auto order = co_await services.orders.get(store, *customer.last_order);
  if (!order && order.error().code != Errc::kNotFound) co_return order.error();
  if (order && !order.value().record.email.empty()) out["email"] = order.value().record.email;
  co_return out;
}

}  // namespace

asio::awaitable<http::Response> list_customers(const AdminServices& services, const AdminCaller& caller,
                                               const http::Request& request) {
  const auto search = read_customer_search(services, caller, request);
  if (!search) co_return admin_failure(search.error());
  admin::CustomerList customers(services.store);
  const auto found = co_await customers.list(caller.store, search.value().filter, search.value().page);
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::Customer& customer : found.value().items) {
    auto shown = co_await shown_customer(services, caller.store, customer);
    if (!shown) co_return admin_failure(shown.error());
    items.push_back(std::move(shown).value());
  }
  Reading reading("customers.listed", "", request, items.size());
  const auto noted = co_await note_reading(services, caller, std::move(reading));
  if (!noted) co_return admin_failure(noted.error());
  const std::string last = found.value().items.empty() ? "" : found.value().items.back().id.value;
  co_return page_answer(std::move(items), found.value().more, kCustomerCursors, last);
}

asio::awaitable<http::Response> export_customers(const AdminServices& services, const AdminCaller& caller,
                                                 const http::Request& request) {
  if (const auto refused = refuse_limit(request); !refused) co_return admin_failure(refused.error());
  auto search = read_customer_search(services, caller, request);
  if (!search) co_return admin_failure(search.error());
  admin::PageRequest next(search.value().page);
  next.most = kExportRowsAtOnce;
  admin::CustomerList customers(services.store);
  http::Response response(200, "");
  response.content_type = "application/x-ndjson";
  std::size_t lines = 0;
  bool more = true;
  bool full = false;
  while (more && !full && lines < kExportLinesMax) {
    const auto found = co_await customers.list(caller.store, search.value().filter, next);
    if (!found) co_return admin_failure(found.error());
    for (const admin::Customer& customer : found.value().items) {
      full = response.body.size() >= limits::kImportBodyBytesMax;
      if (full) break;
      const auto shown = co_await shown_customer(services, caller.store, customer);
      if (!shown) co_return admin_failure(shown.error());
      response.body.append(json::serialize(shown.value())).append("\n");
      next.after = customer.id.value;
      ++lines;
    }
    more = full || found.value().more;
  }
  if (more) response.headers.emplace_back("Next-Cursor", cursor_of(kCustomerCursors, next.after));
  Reading reading("customers.exported", "", request, lines);
  const auto noted = co_await note_reading(services, caller, std::move(reading));
  if (!noted) co_return admin_failure(noted.error());
  co_return response;
}

}  // namespace kassa::protocol
