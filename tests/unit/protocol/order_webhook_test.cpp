// An order's events on the wire: from the change to the platform's endpoint, signed, in order, the same again
// on a retry.

#include "services/protocol/ucp/order_webhook.hpp"

#include "services/platform/client/client.hpp"
#include "services/protocol/ucp/signature_verify.hpp"
#include "services/webhooks/delivery.hpp"
#include "tests/unit/protocol/order_bench.hpp"
#include "tests/unit/webhooks/receiver.hpp"

namespace kassa::protocol {
namespace {

class OrderWebhooks : public OrderBench {
 protected:
  OrderWebhooks() {
    dialects.add(webhook);
    ports::OrderRecord order = sample_order();
    order.audience.webhook_url = receiver.url("/webhooks/partners/p1/events/order");
    person = place(order);
  }

  std::size_t deliver() {
    std::optional<Result<std::size_t>> attempts;
    asio::co_spawn(io, keep_answer(delivery.deliver_due(), attempts), asio::detached);
    io.restart();
    while (!attempts) io.run_one();
    return attempts->value();
  }
  void ship(std::string id, std::string line, std::int64_t quantity) {
    ASSERT_TRUE(
        run(orders.add_fulfilment_event(store, OrderId{"ord_1"}, shipped(std::move(id), std::move(line), quantity))));
  }
  SignatureFault verdict(const Received& request) const {
    SignedMessage message;
    message.method = "POST";
    EXPECT_TRUE(set_target(message, receiver.url("/webhooks/partners/p1/events/order")));
    for (const char* name : {"Content-Type", "UCP-Agent", "Webhook-Id", "Webhook-Timestamp", "Content-Digest",
                             "Signature-Input", "Signature"}) {
      message.headers.emplace_back(name, request.header(name));
    }
    const std::array ours{snapshots.snapshot->signing.jwk};
    return verify_signature(message, request.body, ours, signer, clock.now());
  }

  asio::io_context io;
  Receiver receiver{io};
  platform::Client client{io.get_executor(), platform::ClientOptions{}, log, metrics};
  OrderWebhook webhook{snapshots, signer, clock, "https://shop.example"};
  webhooks::Dialects dialects;
  webhooks::Delivery delivery{webhooks::Delivery::Dependencies{io.get_executor(), main.store(), persons, box, client,
                                                               dialects, clock, log, metrics, loopback()}};
  PersonId person;

 private:
  static webhooks::DeliveryOptions loopback() {
    webhooks::DeliveryOptions options;
    options.allow_loopback = true;
    return options;
  }
};

TEST_F(OrderWebhooks, a_change_reaches_the_platform_signed_and_whole) {
  ship("f1", "li_1", 2);
  EXPECT_EQ(deliver(), 1U);
  ASSERT_EQ(receiver.received().size(), 1U);
  const Received& request = receiver.received()[0];
  EXPECT_TRUE(request.head.starts_with("POST /webhooks/partners/p1/events/order HTTP/1.1\r\n"));
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.header("ucp-agent"), "profile=\"https://shop.example/.well-known/ucp\"");
  EXPECT_EQ(request.header("webhook-timestamp"), "1775649600");
  EXPECT_EQ(verdict(request), SignatureFault::kNone);
  const json::object body = json::parse(request.body).as_object();
  for (const char* member :
       {"ucp", "id", "checkout_id", "permalink_url", "line_items", "fulfillment", "currency", "totals"}) {
    EXPECT_TRUE(body.contains(member)) << member;
  }
  EXPECT_EQ(body.at("fulfillment").at("events").at(0).at("type").as_string(), "shipped");
}

TEST_F(OrderWebhooks, a_retry_is_the_same_event_with_a_signature_of_its_own) {
  receiver.will_answer(500);
  ship("f1", "li_1", 2);
  EXPECT_EQ(deliver(), 1U);
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(deliver(), 1U);
  const Received& first = receiver.received().at(0);
  const Received& second = receiver.received().at(1);
  for (const char* same : {"Webhook-Id", "Webhook-Timestamp", "Content-Digest", "UCP-Agent"}) {
    EXPECT_EQ(first.header(same), second.header(same)) << same;
  }
  EXPECT_EQ(first.body, second.body);
  EXPECT_NE(first.header("signature"), second.header("signature"));
  EXPECT_EQ(verdict(first), SignatureFault::kNone);
  EXPECT_EQ(verdict(second), SignatureFault::kNone);
}

TEST_F(OrderWebhooks, events_arrive_in_the_order_of_what_happened) {
  post(person, "ord_1", 1, receiver.url(), "{\"first\":true}", "ucp");
  ship("f1", "li_1", 2);
  ship("f2", "li_2", 1);
  EXPECT_EQ(deliver(), 3U);
  EXPECT_EQ(receiver.received().at(0).body, "{\"first\":true}");
  EXPECT_EQ(json::parse(receiver.received().at(1).body).at("fulfillment").at("events").as_array().size(), 1U);
  EXPECT_EQ(json::parse(receiver.received().at(2).body).at("fulfillment").at("events").as_array().size(), 2U);
  EXPECT_NE(receiver.received().at(1).header("webhook-id"), receiver.received().at(2).header("webhook-id"));
}

TEST(WebhookId, is_a_uuid_that_depends_on_the_event_alone) {
  const std::string id = webhook_id(EventId{"evt_1"});
  EXPECT_EQ(id, webhook_id(EventId{"evt_1"}));
  EXPECT_NE(id, webhook_id(EventId{"evt_2"}));
  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '8');
  EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
}

}  // namespace
}  // namespace kassa::protocol
