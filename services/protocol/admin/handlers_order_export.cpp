#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/order_answer.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/reading.hpp"
#include "services/protocol/admin/search_filters.hpp"

namespace kassa::protocol {

namespace asio = boost::asio;

asio::awaitable<http::Response> export_orders(const AdminServices& services, const AdminCaller& caller,
                                              const http::Request& request) {
  if (const auto refused = refuse_limit(request); !refused) co_return admin_failure(refused.error());
  auto search = read_order_search(services, caller, request);
  if (!search) co_return admin_failure(search.error());
  const OrderSearch& wanted = search.value();
  admin::PageRequest next(wanted.page);
  next.most = kExportRowsAtOnce;
  admin::OrderList orders(services.store);
  http::Response response(200, "");
  response.content_type = "application/x-ndjson";
  std::size_t lines = 0;
  bool more = true;
  bool goes_on = true;
  while (goes_on) {
    const auto found = co_await orders.list(caller.store, wanted.filter, next);
    if (!found) co_return admin_failure(found.error());
    const std::vector<admin::OrderSummary>& page = found.value().items;
    std::size_t written = 0;
    for (const admin::OrderSummary& order : page) {
      if (response.body.size() >= limits::kImportBodyBytesMax) break;
      const auto whole = co_await whole_order(services, caller.store, order);
      if (!whole) co_return admin_failure(whole.error());
      response.body.append(json::serialize(whole.value())).append("\n");
      next.after = admin::key_of(order, wanted.by_change());
      ++written;
    }
    lines += written;
    const bool full = written < page.size();
    more = full || found.value().more;
    if (!full) next.after = found.value().next;
    // A page that is not full had to look at many orders; the next request looks at more.
    goes_on = more && !full && std::ssize(page) == next.most && lines < kExportLinesMax;
  }
  if (more) response.headers.emplace_back("Next-Cursor", cursor_of(wanted.list, next.after));
  if (!more && wanted.by_change()) {
    response.headers.emplace_back("Updated-Until", to_rfc3339(wanted.filter.changed_until));
  }
  Reading reading("orders.exported", "", request, lines);
  const auto noted = co_await note_reading(services, caller, std::move(reading));
  if (!noted) co_return admin_failure(noted.error());
  co_return response;
}

}  // namespace kassa::protocol
