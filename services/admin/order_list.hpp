#pragma once
// The orders of a store as a list, from plain columns: nothing sealed is opened. One order with its contents
// is orders/'s affair. By default the newest come first; a job that keeps a copy asks for those that have changed since
// a time instead, and gets them in the order of their changes.

#include <boost/asio/awaitable.hpp>
#include <limits>
#include <optional>

#include "services/admin/page.hpp"
#include "services/base/clock.hpp"
#include "services/base/money.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

/// A change carries the time at which its transaction was made, and is seen once that is kept. Lists by change leave
/// out what is younger than this, so that nothing appears behind where a reader has been.
inline constexpr std::chrono::seconds kChangeSettles{10};

/// So many orders are looked at for one page, so that a filter that few of them pass costs no more than that.
inline constexpr std::int64_t kOrdersLookedAtMax = 20'000;

/// The order_state in lists by change of what was held and is no order any more: its payment failed after all.
inline constexpr std::string_view kWithdrawn = "withdrawn";

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
  Instant updated_at;
  bool live{false};  ///< The mode in which it was made.
};

/// Everything that is given must hold. An empty text or index: any.
struct OrderFilter {
  bool live{false};  ///< The mode in which the order was made.
  std::string order_state;
  std::string payment_state;
  std::string fulfil_state;
  std::string currency;
  std::int64_t amount_min{0};
  std::int64_t amount_max{std::numeric_limits<std::int64_t>::max()};
  std::int64_t number{0};  ///< 0: any.
  std::int64_t placed_from{0};
  std::int64_t placed_until{std::numeric_limits<std::int64_t>::max()};  ///< Milliseconds; not this one any more.
  Bytes email_hash;
  Bytes phone_hash;
  /// Orders that have changed since (inclusive), in the order of their changes, up to changed_until.
  std::optional<Instant> changed_since;
  Instant changed_until;
};

class OrderList {
 public:
  explicit OrderList(ports::Store& store, std::int64_t looked_at = kOrdersLookedAtMax)
      : store_(store), looked_at_(looked_at) {}

  /// Newest first, or by change; without drafts. page.after: Page::next of the page before, or key_of() an order. A
  /// page may be short, even empty, and have more behind it.
  asio::awaitable<Result<Page<OrderSummary>>> list(StoreId store, OrderFilter filter, PageRequest page);
  asio::awaitable<Result<OrderSummary>> find(StoreId store, OrderId order);

 private:
  asio::awaitable<Result<Page<OrderSummary>>> by_age(StoreId store, OrderFilter filter, PageRequest page);
  asio::awaitable<Result<Page<OrderSummary>>> by_change(StoreId store, OrderFilter filter, PageRequest page);

  ports::Store& store_;
  std::int64_t looked_at_;
};

/// Where an order stands in such a list.
[[nodiscard]] std::string key_of(const OrderSummary& order, bool by_change);

}  // namespace kassa::admin
