#include "services/protocol/v1/event_routes.hpp"

#include "services/base/limits.hpp"
#include "services/protocol/ucp/handlers.hpp"
#include "services/protocol/v1/events.hpp"
#include "services/protocol/v1/exchange.hpp"
#include "services/protocol/v1/renderer.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

Watched watched(const checkout::Standing& standing) {
  const checkout::Session& session = *standing.session;
  Watched out;
  // Without the catalogue's revision, which state_tag() has: a merchant's change of other goods is no news.
  constexpr std::size_t kHashPart = 16;
  out.version = std::to_string(session.version.epoch) + "." + std::to_string(session.version.n) + "." +
                standing.quote->hash.substr(0, kHashPart);
  out.etag = "\"" + state_tag(session, *standing.quote) + "\"";
  out.final = is_terminal(session.state);
  if (session.kind == checkout::Kind::kCart) return out;
  const bool paying = session.state == checkout::State::kCompleting;
  const checkout::Verdict verdict = paying ? checkout::Verdict::kUnknown : checkout::Verdict::kNone;
  const checkout::View view{session, *standing.quote, *standing.snapshot, verdict, {}};
  out.status = status_of(view);
  return out;
}

awaitable<Result<Watched>> look(checkout::CheckoutService& service, checkout::Caller caller, CheckoutId id,
                                checkout::Kind kind) {
  KASSA_CO_TRY(const auto standing, co_await service.look(std::move(caller), std::move(id), kind));
  co_return watched(standing);
}

awaitable<http::Response> open_events(const UcpServices& services, EventSlots& slots, const http::Request& request,
                                      checkout::Kind kind) {
  Exchange exchange = co_await open_v1_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  const CheckoutId id{request.params.front()};
  const auto now = co_await look(services.checkout, exchange.caller, id, kind);
  if (!now) co_return refuse(exchange, now.error());
  std::string seen(request.header("last-event-id"));
  // Nothing will ever come: 204 is how a browser is told not to ask again.
  if (now.value().final && now.value().version == seen) co_return finish(exchange, http::Response(204, {}));
  auto slot = slots.take(exchange.caller.store.value + "|" + id.value);
  if (!slot) co_return refuse(exchange, slot.error());
  SessionEvents::Look look_again = [&service = services.checkout, caller = exchange.caller, id, kind] {
    return look(service, caller, id, kind);
  };
  http::Response answer(200, {});
  answer.content_type = "text/event-stream";
  answer.headers.emplace_back("X-Accel-Buffering", "no");
  answer.source = std::make_shared<SessionEvents>(std::move(look_again), std::move(seen), std::move(slot).value());
  co_return finish(exchange, std::move(answer));
}

}  // namespace

void add_v1_event_routes(http::Router& router, const UcpServices& services) {
  const auto slots = std::make_shared<EventSlots>();
  const auto add = [&](std::string_view path, checkout::Kind kind) {
    const std::string full = std::string(kV1Prefix).append(path);
    const auto answer = [&services, slots, kind](http::Request& request) {
      return open_events(services, *slots, request, kind);
    };
    router.add({http::Method::kGet, full, http::Role::kPlatform, limits::kBodyBytesMax, answer});
    add_preflight(router, services, full);
  };
  add("/checkouts/{id}/events", checkout::Kind::kCheckout);
  add("/carts/{id}/events", checkout::Kind::kCart);
}

}  // namespace kassa::protocol
