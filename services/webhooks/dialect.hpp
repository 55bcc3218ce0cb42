#pragma once
// What a protocol adds to delivery: how an event becomes a request, and how often it is tried. Delivery
// itself knows no protocol; wiring registers one dialect per name that outbox rows carry.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/id.hpp"
#include "services/base/result.hpp"
#include "services/ports/http_client.hpp"
#include "services/webhooks/retry_profile.hpp"

namespace kassa::webhooks {

namespace asio = boost::asio;

/// An event on its way: a row of the outbox, opened. Every attempt sees the same bytes.
struct Message {
  StoreId store;
  EventId event;
  OrderId order;
  std::int64_t seq{};
  std::string dialect;
  std::string target;
  Instant created_at;
  std::int64_t attempt{};  ///< This one, from 1.
  std::string body;
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual RetryProfile retries() const noexcept { return kFiveDays; }
  /// Called for each attempt: identity, time of creation and body stay the same, a signature may be made
  /// anew. A failure counts as a failed attempt. Time, size and network limits are set by delivery
  /// afterwards.
  virtual asio::awaitable<Result<ports::HttpRequest>> build_request(const Message&) {
    co_return Error{Errc::kInternal, "this dialect is not HTTP"};
  }

  /// What is not HTTP is not built but carried, by the dialect itself and within the request time of delivery.
  [[nodiscard]] virtual bool carries_itself() const noexcept { return false; }
  /// kInvalidRequest: it will never be taken. Any other failure counts as a failed attempt. The detail is kept as the
  /// reason: nothing personal.
  virtual asio::awaitable<Result<void>> carry(const Message&) {
    co_return Error{Errc::kInternal, "this dialect carries nothing"};
  }
};

class Dialects {
 public:
  void add(Dialect& dialect) { dialects_.push_back(&dialect); }
  /// nullptr for an unknown name.
  [[nodiscard]] Dialect* find(std::string_view name) const noexcept {
    for (Dialect* dialect : dialects_) {
      if (dialect->name() == name) return dialect;
    }
    return nullptr;
  }

 private:
  std::vector<Dialect*> dialects_;
};

}  // namespace kassa::webhooks
