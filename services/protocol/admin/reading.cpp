#include "services/protocol/admin/reading.hpp"

#include "services/protocol/admin/search_filters.hpp"

namespace kassa::protocol {

boost::asio::awaitable<Result<void>> note_reading(const AdminServices& services, const AdminCaller& caller,
                                                  Reading reading) {
  json::object detail;
  detail["filters"] = names_in(reading.query);
  detail["rows"] = reading.rows;
  admin::AuditEntry entry(caller.actor, std::move(reading.action), std::move(reading.subject), std::move(detail));
  admin::AuditedStore audited(services.store, services.clock, std::move(entry));
  ports::Transaction nothing("reading", caller.store);
  KASSA_CO_TRY(co_await audited.commit(std::move(nothing)));
  co_return ok();
}

}  // namespace kassa::protocol
