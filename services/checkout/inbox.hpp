#pragma once
// What gateways tell us on their own (step D4). The event is written down once per (gateway, event) together with a
// nudge to the completion that it is about; only then is the gateway's call answered. An event never moves money by
// itself: the completer asks the gateway and takes its answer, so a forged, repeated or late event costs one question.

#include <functional>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

namespace asio = boost::asio;

struct GatewayEvent {
  StoreId store;  ///< Whose gateway spoke; empty: this process itself, for whichever store.
  GatewayId gateway;
  std::string event_key;    ///< The gateway's id of the event.
  std::string gateway_key;  ///< Of the charge it is about: our idempotency key at the gateway.
};

class Inbox {
 public:
  Inbox(ports::Store& store, const Clock& clock, std::function<void()> wake_completer)
      : store_(store), clock_(clock), wake_completer_(std::move(wake_completer)) {}

  /// True: new. False: had it already, nothing happens. kNotFound: this gateway has no attempt of this key.
  asio::awaitable<Result<bool>> receive(GatewayEvent event);

 private:
  ports::Store& store_;
  const Clock& clock_;
  std::function<void()> wake_completer_;
};

}  // namespace kassa::checkout
