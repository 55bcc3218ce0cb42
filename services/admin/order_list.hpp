#pragma once
// The orders of a store as a list, from plain columns: nothing sealed is opened. One order with its contents
// is orders/'s affair.

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "services/admin/page.hpp"
#include "services/base/clock.hpp"
#include "services/base/money.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

struct OrderSummary {
  OrderId id;
  CheckoutId checkout;
  std::optional<std::int64_t> number;
  std::string order_state;
  std::string payment_state;
  std::string fulfil_state;
  Money total;
  Instant created_at;
  std::optional<Instant> confirmed_at;
};

/// Empty: any.
struct OrderFilter {
  std::string order_state;
  std::string payment_state;
};

class OrderList {
 public:
  explicit OrderList(ports::Store& store) : store_(store) {}

  /// Newest first, without drafts; page.after: an order id.
  asio::awaitable<Result<Page<OrderSummary>>> list(StoreId store, OrderFilter filter, PageRequest page);
  asio::awaitable<Result<OrderSummary>> find(StoreId store, OrderId order);

 private:
  ports::Store& store_;
};

}  // namespace kassa::admin
