#include "services/base/hash.hpp"
#include "services/webhooks/delivery.hpp"
#include "services/webhooks/statements.hpp"

namespace kassa::webhooks {
namespace {

bool is_acknowledged(const ports::HttpReply& reply) noexcept {
  // The status is the acknowledgement; how the rest of the answer went does not matter.
  return reply.status >= 200 && reply.status < 300;
}

/// Each event is a trace, and each attempt a span of it: the request that caused it is long answered.
std::string trace_of(const EventId& event) { return sha256_hex(event.value).substr(0, 32); }

std::string reason(const ports::HttpReply& reply) {
  if (reply.status != 0) return "status " + std::to_string(reply.status);
  return reply.error.empty() ? "no answer" : reply.error;
}

}  // namespace

asio::awaitable<void> Delivery::attempt(Claimed claimed) {
  const auto started = d_.clock.steady();
  Ending ending(Ending::Kind::kRetry, "exception");
  try {
    ending = co_await send(claimed);
  } catch (const std::exception& failure) {
    d_.log.error("webhook.failed", {{"event", claimed.message.event.value}, {"why", failure.what()}});
  }
  d_.metrics.observe("webhook_attempt_seconds", claimed.message.dialect, d_.clock.steady() - started);
  co_await settle(claimed, std::move(ending));
}

asio::awaitable<Delivery::Ending> Delivery::send(Claimed& claimed) {
  Message& message = claimed.message;
  const auto key = co_await d_.persons.key_of(message.store, claimed.person);
  if (!key && key.error().code == Errc::kNotFound) co_return Ending(Ending::Kind::kDead, "erased");
  if (!key) co_return Ending(Ending::Kind::kRetry, std::string(describe(key.error().code).slug));
  auto body = d_.box.open_for(key.value(), outbox_aad(message.store, message.event), claimed.sealed_body);
  if (!body) co_return Ending(Ending::Kind::kDead, std::string(describe(body.error().code).slug));
  message.body = std::move(body).value();
  Dialect* dialect = d_.dialects.find(message.dialect);
  if (dialect == nullptr) co_return Ending(Ending::Kind::kRetry, "unknown dialect");
  if (dialect->carries_itself()) co_return co_await carry(*dialect, message);
  auto request = co_await dialect->build_request(message);
  if (!request) co_return Ending(Ending::Kind::kRetry, std::string(describe(request.error().code).slug));
  ports::HttpRequest& out = request.value();
  out.total_time = d_.options.request_time;
  out.reply_bytes_max = limits::kWebhookReplyBytesMax;
  out.allow_loopback = d_.options.allow_loopback;
  out.strange = true;
  out.trace.id = trace_of(message.event);
  const ports::HttpReply reply = co_await d_.http.send(std::move(out));
  if (is_acknowledged(reply)) co_return Ending(Ending::Kind::kDelivered, {});
  co_return Ending(Ending::Kind::kRetry, reason(reply));
}

asio::awaitable<Delivery::Ending> Delivery::carry(Dialect& dialect, const Message& message) {
  const auto carried = co_await dialect.carry(message);
  if (carried) co_return Ending(Ending::Kind::kDelivered, {});
  const bool hopeless = carried.error().code == Errc::kInvalidRequest;
  co_return Ending(hopeless ? Ending::Kind::kDead : Ending::Kind::kRetry, carried.error().detail);
}

asio::awaitable<void> Delivery::settle(const Claimed& claimed, Ending ending) {
  const Message& message = claimed.message;
  const Instant now = d_.clock.now();
  std::optional<Millis> wait;
  if (ending.kind == Ending::Kind::kRetry) {
    const Dialect* dialect = d_.dialects.find(message.dialect);
    const RetryProfile profile = dialect == nullptr ? RetryProfile(kFiveDays) : dialect->retries();
    wait = retry_after(profile, message.event.value, message.attempt);
    if (!wait) ending.kind = Ending::Kind::kDead;
  }
  ports::Transaction transaction("outbox", message.store);
  switch (ending.kind) {
    case Ending::Kind::kDelivered:
      transaction.add(statements::mark_delivered(message.store, message.event, now));
      break;
    case Ending::Kind::kRetry:
      transaction.add(
          statements::mark_retry(message.store, message.event, claimed.lease_until, now + *wait, ending.why));
      if (*wait <= d_.options.poll) retries_.insert(now + *wait);
      break;
    case Ending::Kind::kDead:
      transaction.add(statements::mark_dead(message.store, message.event, claimed.lease_until, now, ending.why));
      break;
  }
  tell(claimed, ending);
  const auto kept = co_await d_.store.commit(std::move(transaction));
  // Not kept: the lease runs out and the event is sent once more, which receivers recognise by its id.
  if (!kept) d_.log.warn("webhook.unsettled", {{"event", message.event.value}});
}

void Delivery::tell(const Claimed& claimed, const Ending& ending) {
  const Message& message = claimed.message;
  switch (ending.kind) {
    case Ending::Kind::kDelivered:
      d_.metrics.count("webhook_attempts_total", "delivered");
      d_.metrics.observe("webhook_lag_seconds", message.dialect, d_.clock.now() - message.created_at);
      d_.log.info("webhook.delivered", {{"event", message.event.value},
                                        {"order", message.order.value},
                                        {"attempt", message.attempt},
                                        {"trace", trace_of(message.event)}});
      break;
    case Ending::Kind::kRetry:
      d_.metrics.count("webhook_attempts_total", "retry");
      d_.log.warn("webhook.retry", {{"event", message.event.value},
                                    {"attempt", message.attempt},
                                    {"why", ending.why},
                                    {"trace", trace_of(message.event)}});
      break;
    case Ending::Kind::kDead:
      d_.metrics.count("webhook_attempts_total", "dead");
      d_.log.error("webhook.dead", {{"event", message.event.value},
                                    {"order", message.order.value},
                                    {"attempt", message.attempt},
                                    {"why", ending.why},
                                    {"trace", trace_of(message.event)}});
      break;
  }
}

}  // namespace kassa::webhooks
