#pragma once
// What a merchant looks for, read from the query: of orders and of customers. E-mail addresses and telephone numbers
// become blind indexes here and go no further. A fault names its parameter. Pure.

#include "services/admin/customer_list.hpp"
#include "services/admin/order_list.hpp"
#include "services/http/message.hpp"
#include "services/protocol/admin/caller.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

struct OrderSearch {
  admin::OrderFilter filter;
  admin::PageRequest page;
  std::string list;  ///< Whose cursors these are: by age and by change are two lists.

  [[nodiscard]] bool by_change() const noexcept { return filter.changed_since.has_value(); }
  [[nodiscard]] bool names_somebody() const noexcept {
    return !filter.email_hash.empty() || !filter.phone_hash.empty();
  }
};
[[nodiscard]] Result<OrderSearch> read_order_search(const AdminServices& services, const AdminCaller& caller,
                                                    const http::Request& request);

struct CustomerSearch {
  admin::CustomerFilter filter;
  admin::PageRequest page;
};
[[nodiscard]] Result<CustomerSearch> read_customer_search(const AdminServices& services, const AdminCaller& caller,
                                                          const http::Request& request);

inline constexpr std::string_view kCustomerCursors = "customers";

/// The names of the parameters of a query: what an audit row says of a search, without what was searched for.
[[nodiscard]] json::array names_in(std::string_view query);

}  // namespace kassa::protocol
