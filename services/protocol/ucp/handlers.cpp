#include "services/protocol/ucp/handlers.hpp"

#include "services/protocol/auth.hpp"
#include "services/protocol/cors.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/decode.hpp"
#include "services/protocol/ucp/exchange.hpp"
#include "services/protocol/ucp/payment_handlers.hpp"
#include "services/protocol/ucp/profile_document.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kDocumentBytes = 4'096;  // Of a usual one; larger ones get more.

struct Input {
  Body body;
  checkout::KeyUse key;
};

/// What is read lives in `memory`.
Result<Input> read_input(const http::Request& request, const Exchange& exchange, json::monotonic_resource& memory,
                         std::string_view operation, std::string_view resource = {}) {
  KASSA_TRY(auto body, read_body(request, &memory));
  KASSA_TRY(auto key, key_use(request, exchange, body, operation, resource));
  return Input{std::move(body), std::move(key)};
}

/// The secret of the checkout that this create makes: the client's own, or a new one. Empty for callers that need none.
/// A new one is told once, so its create must not share its idempotency key with another browser's by chance.
Result<std::string> client_secret_for(const UcpServices& services, const http::Request& request,
                                      const Exchange& exchange, const checkout::KeyUse& key) {
  if (!is_publishable(exchange)) return std::string{};
  if (request.has_header("kassa-client-secret")) {
    KASSA_TRY(check_own_secret(presented_secret(request)));
    return std::string(presented_secret(request));
  }
  if (!key.key.empty() && key.key.size() < kGuessProofMin) {
    return Error{Errc::kIdempotencyKeyInvalid,
                 "with a publishable key: 22 characters at least (a random UUID), or a Kassa-Client-Secret of your own",
                 "Idempotency-Key"};
  }
  return new_client_secret(services.random);
}

/// The answer with a member `client_secret` at its end. What is kept of an answer never has it.
void tell_client_secret(std::string_view secret, http::Response& response) {
  std::string body(response.payload());
  if (secret.empty() || response.status >= 300 || !body.ends_with('}')) return;
  body.pop_back();
  body.append(",\"client_secret\":").append(json::serialize(json::string(secret))).append("}");
  response.body = std::move(body);
  response.shared_body.reset();
}

awaitable<Result<checkout::Answer>> run_create(const UcpServices& services, const http::Request& request,
                                               Exchange& exchange, std::string& secret) {
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, "POST /checkout-sessions"));
  KASSA_CO_TRY(auto patch, decode_create(input.body.document));
  KASSA_CO_TRY(secret, client_secret_for(services, request, exchange, input.key));
  if (!secret.empty()) {
    exchange.caller.principal = owner_with_secret(exchange.principal, services.box, exchange.caller.store, secret);
  }
  auto answer = co_await services.checkout.create(exchange.caller, std::move(input.key), std::move(patch));
  // A replay may be another browser's: only a client that chose the secret is told it again.
  if (answer && answer.value().replayed && !request.has_header("kassa-client-secret")) secret.clear();
  co_return answer;
}

awaitable<Result<checkout::Answer>> run_update(const UcpServices& services, const http::Request& request,
                                               const Exchange& exchange, CheckoutId id) {
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, "PUT /checkout-sessions/{id}", id.value));
  KASSA_CO_TRY(auto patch, decode_update(input.body.document));
  co_return co_await services.checkout.update(exchange.caller, std::move(id), std::move(input.key), std::move(patch));
}

/// A live caller cannot pay with play money, whatever it read elsewhere. A test key of a live store may try everything
/// out, but a completion sells stock and numbers that are the live buyers'.
awaitable<Result<void>> check_offer(const UcpServices& services, const Exchange& exchange,
                                    const std::optional<checkout::PaymentChoice>& payment) {
  if (exchange.offer == Offer::kSandbox) {
    co_return Error{Errc::kTestKeyInLiveStore, "complete with a live key, or try it out in a test store"};
  }
  if (exchange.offer == Offer::kAll || !payment) co_return ok();
  KASSA_CO_TRY(const auto snapshot, co_await services.snapshots.get(exchange.caller.store));
  const auto* const gateway = snapshot->gateway_for(payment->instrument.handler_id);
  if (gateway == nullptr || is_offered(*gateway, exchange.offer)) co_return ok();
  co_return Error{Errc::kPaymentInstrumentRequired, "payment handler is not offered by this store",
                  "$.payment.instruments[0].handler_id"};
}

awaitable<Result<checkout::Answer>> run_complete(const UcpServices& services, const http::Request& request,
                                                 const Exchange& exchange, CheckoutId id) {
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, "POST /checkout-sessions/{id}/complete", id.value));
  KASSA_CO_TRY(auto payment, decode_payment(input.body.document));
  KASSA_CO_TRY(co_await check_offer(services, exchange, payment));
  checkout::CompleteCommand command;
  command.id = std::move(id);
  command.key = std::move(input.key);
  command.payment = std::move(payment);
  co_return co_await services.checkout.complete(exchange.caller, std::move(command));
}

awaitable<Result<checkout::Answer>> run_cancel(const UcpServices& services, const http::Request& request,
                                               const Exchange& exchange, CheckoutId id) {
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, "POST /checkout-sessions/{id}/cancel", id.value));
  co_return co_await services.checkout.cancel(exchange.caller, std::move(id), std::move(input.key));
}

CheckoutId id_of(const http::Request& request) { return CheckoutId{request.params.at(0)}; }

}  // namespace

awaitable<http::Response> get_profile(const UcpServices& services, const http::Request& request) {
  Posture posture;
  posture.business_errors = ports::BusinessErrors::kHttp4xx;
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) {
    const Error unknown{Errc::kNotFound, "no store is served under this host"};
    co_return render_error(unknown, posture);
  }
  auto snapshot = co_await services.snapshots.get(*store);
  if (!snapshot) co_return render_error(snapshot.error(), posture);
  const Offer offer = snapshot.value()->live ? Offer::kReal : Offer::kAll;
  http::Response answer(200, profile_document(*snapshot.value(), base_url_of(services, request), offer));
  answer.headers.emplace_back("Cache-Control", "public, max-age=300");
  answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  co_return answer;
}

awaitable<http::Response> create_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  std::string secret;
  auto answer = co_await run_create(services, request, exchange, secret);
  const bool made = answer.has_value();
  http::Response response = respond(exchange, std::move(answer));
  if (made) tell_client_secret(secret, response);
  co_return response;
}

awaitable<http::Response> get_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  auto answer = co_await services.checkout.get(exchange.caller, id_of(request));
  co_return respond(exchange, std::move(answer));
}

awaitable<http::Response> update_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  auto answer = co_await run_update(services, request, exchange, id_of(request));
  co_return respond(exchange, std::move(answer));
}

awaitable<http::Response> complete_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  auto answer = co_await run_complete(services, request, exchange, id_of(request));
  co_return respond(exchange, std::move(answer));
}

awaitable<http::Response> cancel_checkout(const UcpServices& services, const http::Request& request) {
  Exchange exchange = co_await open_exchange(services, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  auto answer = co_await run_cancel(services, request, exchange, id_of(request));
  co_return respond(exchange, std::move(answer));
}

awaitable<http::Response> answer_preflight(const UcpServices& services, const http::Request& request) {
  const auto store = services.directory.by_host(request.header("host"));
  if (!store) co_return http::Response(403, {});
  auto snapshot = co_await services.snapshots.get(*store);
  if (!snapshot) co_return http::Response(403, {});
  co_return preflight(request, snapshot.value()->settings);
}

}  // namespace kassa::protocol
