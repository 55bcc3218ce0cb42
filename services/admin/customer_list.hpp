#pragma once
// The customers of a store: known shoppers, and everybody who has ordered. A guest is a new person with every checkout,
// so persons of one e-mail address are one customer, under the id of the first of them. What they bought is added up
// from the plain columns of their orders; nothing sealed is opened, and who was erased is nobody's customer any more.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "services/admin/page.hpp"
#include "services/base/clock.hpp"
#include "services/base/money.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

/// At most one of the three; empty: everybody.
struct CustomerFilter {
  bool live{false};  ///< The mode whose orders count.
  PersonId person;
  Bytes email_hash;
  Bytes phone_hash;
};

struct CustomerTotal {
  std::int64_t orders{};
  Money total;  ///< Without cancelled orders, which do not count either.
};

struct Customer {
  PersonId id;
  bool shopper{false};  ///< There is a profile.
  Instant created_at;
  std::vector<CustomerTotal> totals;  ///< One a currency.
  std::optional<Instant> first_order_at;
  std::optional<Instant> last_order_at;
  std::optional<OrderId> last_order;
};

class CustomerList {
 public:
  explicit CustomerList(ports::Store& store) : store_(store) {}

  /// By id; page.after: an id.
  asio::awaitable<Result<Page<Customer>>> list(StoreId store, CustomerFilter filter, PageRequest page);

 private:
  ports::Store& store_;
};

}  // namespace kassa::admin
