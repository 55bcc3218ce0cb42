#pragma once
// Delivery over the real store and the real HTTP client to real receivers on loopback; time moves when the
// test says so.

#include "services/platform/client/client.hpp"
#include "services/webhooks/dead_letters.hpp"
#include "services/webhooks/delivery.hpp"
#include "tests/unit/orders/bench.hpp"
#include "tests/unit/webhooks/receiver.hpp"

namespace kassa::webhooks {

/// The plainest protocol: the body as it is, the attempt and the event in headers.
class PlainDialect final : public Dialect {
 public:
  explicit PlainDialect(RetryProfile profile = kFiveDays, std::string_view name = "test")
      : profile_(profile), name_(name) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] RetryProfile retries() const noexcept override { return profile_; }
  asio::awaitable<Result<ports::HttpRequest>> build_request(const Message& message) override {
    ports::HttpRequest request("POST", message.target);
    request.body = message.body;
    request.headers.emplace_back("Event", message.event.value);
    request.headers.emplace_back("Created", std::to_string(to_millis(message.created_at)));
    request.headers.emplace_back("Attempt", std::to_string(message.attempt));
    co_return request;
  }

 private:
  RetryProfile profile_;
  std::string_view name_;
};

/// Made before the stores and destroyed after them: their threads answer into it until they end.
struct DeliveryContext {
  asio::io_context io;
};

class DeliveryBench : public testing::Test, protected DeliveryContext, public OrderStores {
 protected:
  DeliveryBench() {
    dialects.add(dialect);
    person = place(sample_order());
  }

  Delivery& delivery(DeliveryOptions options = {}, const Clock* other_clock = nullptr) {
    options.allow_loopback = true;
    const Clock& used = other_clock == nullptr ? static_cast<const Clock&>(clock) : *other_clock;
    deliveries.push_back(std::make_unique<Delivery>(Delivery::Dependencies{
        io.get_executor(), main.store(), persons, box, client, dialects, used, log, metrics, options}));
    return *deliveries.back();
  }

  template <class Condition>
  void run_until(Condition condition) {
    io.restart();
    while (!condition()) io.run_one();
  }

  /// Delivers until nothing is due any more; the number of attempts.
  std::size_t deliver(Delivery& engine) {
    std::optional<Result<std::size_t>> attempts;
    asio::co_spawn(io, keep_answer(engine.deliver_due(), attempts), asio::detached);
    run_until([&] { return attempts.has_value(); });
    return attempts->value();
  }

  EventId send(const std::string& order, std::int64_t seq, const Receiver& receiver) {
    return post(person, order, seq, receiver.url(),
                "{\"order\":\"" + order + "\",\"seq\":" + std::to_string(seq) + "}");
  }

  std::string state_of(const EventId& event) {
    return ports::as_string(main.rows("SELECT state FROM outbox WHERE event_id = $1", {event.value}).at(0)[0]);
  }
  std::string why(const EventId& event) {
    return ports::as_string(
        main.rows("SELECT coalesce(last_error, '') FROM outbox WHERE event_id = $1", {event.value}).at(0)[0]);
  }
  void to_next_try() {
    const std::int64_t due = main.number("SELECT min(due_at) FROM outbox WHERE state = 'waiting'");
    clock.set_now(from_millis(due));
  }

  platform::Client client{io.get_executor(), platform::ClientOptions{}, log, metrics};
  PlainDialect dialect;
  Dialects dialects;
  std::vector<std::unique_ptr<Delivery>> deliveries;
  PersonId person;
};

}  // namespace kassa::webhooks
