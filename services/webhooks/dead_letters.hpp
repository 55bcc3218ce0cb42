#pragma once
// Events that nobody took for five days: listed for the merchant, and sent again when asked for. For the
// admin API; used from any thread.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::webhooks {

namespace asio = boost::asio;

struct DeadLetter {
  EventId event;
  OrderId order;
  std::int64_t seq{};
  std::string dialect;
  std::string target;
  Instant created_at;
  Instant ended_at;
  std::int64_t attempts{};
  std::string why;
};

class DeadLetters {
 public:
  /// `wake`: Delivery::wake.
  DeadLetters(ports::Store& store, const Clock& clock, std::function<void()> wake)
      : store_(store), clock_(clock), wake_(std::move(wake)) {}

  /// In order of event ids, which is the order of their making; `after`: the last one of the page before.
  asio::awaitable<Result<std::vector<DeadLetter>>> list(StoreId store, EventId after, std::size_t most);

  /// Starts the whole series of tries again, with the same id, time and body: receivers may see an older
  /// state after a newer one and go by the Webhook-Timestamp. kNotFound: no dead event of that id.
  asio::awaitable<Result<void>> replay(StoreId store, EventId event);

 private:
  ports::Store& store_;
  const Clock& clock_;
  std::function<void()> wake_;
};

}  // namespace kassa::webhooks
