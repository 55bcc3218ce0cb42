#include "services/protocol/ucp/commands.hpp"

#include "services/protocol/discount_attributes.hpp"
#include "services/protocol/message_text.hpp"
#include "services/protocol/principal.hpp"
#include "services/protocol/ucp/payment_handlers.hpp"

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

/// Few bodies have them.
bool has_attributes(const Input& input) { return input.body.document.contains(kDiscountAttributes); }

awaitable<Result<void>> take_attributes(const UcpServices& services, const Exchange& exchange, const Input& input,
                                        checkout::Patch& patch) {
  KASSA_CO_TRY(const auto snapshot, co_await services.snapshots.get(exchange.caller.store));
  co_return read_discount_attributes(input.body.document, is_backend(exchange), snapshot->settings.discount_attributes,
                                     patch);
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

CheckoutId id_of(const http::Request& request) { return CheckoutId{request.params.at(0)}; }

/// The first-party API always does.
bool speaks_of_carts(const Exchange& exchange, const Resource& resource) noexcept {
  return resource.members == Members::kAll || exchange.capabilities.has(Capability::kCart);
}

Result<checkout::Patch> decode_new(const json::object& body, const Exchange& exchange, const Resource& resource) {
  if (resource.kind == checkout::Kind::kCart) return decode_cart(body, {}, resource.members);
  return decode_create(body, resource.members, speaks_of_carts(exchange, resource));
}

Result<checkout::Patch> decode_change(const json::object& body, std::string_view id, const Resource& resource) {
  if (resource.kind == checkout::Kind::kCart) return decode_cart(body, id, resource.members);
  return decode_update(body, resource.members);
}

/// Messages and letters are in the language of `context.language`; who says none there says it by Accept-Language.
void note_language(const http::Request& request, checkout::Patch& patch) {
  const auto language = accepted_language(request.header("accept-language"));
  if (!language) return;
  const bool given = patch.context.present() && patch.context.value() != nullptr;
  checkout::Context context = given ? *patch.context.value() : checkout::Context{};
  if (!context.language.empty()) return;
  context.language = tag_of(*language);
  patch.context.set(std::move(context));
}

awaitable<Result<checkout::Answer>> run_create(const UcpServices& services, const http::Request& request,
                                               Exchange& exchange, const Resource& resource, std::string& secret) {
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, resource.create));
  KASSA_CO_TRY(auto patch, decode_new(input.body.document, exchange, resource));
  note_language(request, patch);
  if (has_attributes(input)) {
    KASSA_CO_TRY(co_await take_attributes(services, exchange, input, patch));
  }
  CheckoutId cart;
  if (resource.kind == checkout::Kind::kCheckout && speaks_of_carts(exchange, resource)) {
    KASSA_CO_TRY(cart, decode_cart_id(input.body.document));
  }
  if (!cart.value.empty()) {
    // The cart's secret becomes the checkout's; whoever presents another one does not find the cart.
    if (is_publishable(exchange)) secret = presented_secret(request);
    co_return co_await services.checkout.convert(exchange.caller, std::move(input.key), std::move(cart),
                                                 std::move(patch));
  }
  KASSA_CO_TRY(secret, client_secret_for(services, request, exchange, input.key));
  if (!secret.empty()) {
    exchange.caller.principal = owner_with_secret(exchange.principal, services.box, exchange.caller.store, secret);
  }
  auto answer =
      co_await services.checkout.create(exchange.caller, std::move(input.key), std::move(patch), resource.kind);
  // A replay may be another browser's: only a client that chose the secret is told it again.
  if (answer && answer.value().replayed && !request.has_header("kassa-client-secret")) secret.clear();
  co_return answer;
}

awaitable<Result<checkout::Answer>> run_update(const UcpServices& services, const http::Request& request,
                                               const Exchange& exchange, const Resource& resource) {
  CheckoutId id = id_of(request);
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, resource.update, id.value));
  KASSA_CO_TRY(auto patch, decode_change(input.body.document, id.value, resource));
  // A new context says its language as the first one did; what keeps the context keeps the language.
  if (patch.context.present()) note_language(request, patch);
  if (has_attributes(input)) {
    KASSA_CO_TRY(co_await take_attributes(services, exchange, input, patch));
  }
  checkout::Target target;
  target.kind = resource.kind;
  target.only = exchange.only;
  co_return co_await services.checkout.update(exchange.caller, std::move(id), std::move(input.key), std::move(patch),
                                              std::move(target));
}

awaitable<Result<checkout::Answer>> run_complete(const UcpServices& services, const http::Request& request,
                                                 const Exchange& exchange, const Resource& resource) {
  checkout::CompleteCommand command;
  command.id = id_of(request);
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, resource.complete, command.id.value));
  if (exchange.caller.names_quote) {
    KASSA_CO_TRY(auto accepted, decode_quote_hash(input.body.document));
    command.quote_hash = std::move(accepted);
  }
  KASSA_CO_TRY(auto payment, decode_payment(input.body.document));
  KASSA_CO_TRY(co_await check_offer(services, exchange, payment));
  command.key = std::move(input.key);
  command.payment = std::move(payment);
  command.only = exchange.only;
  co_return co_await services.checkout.complete(exchange.caller, std::move(command));
}

awaitable<Result<checkout::Answer>> run_cancel(const UcpServices& services, const http::Request& request,
                                               const Exchange& exchange, const Resource& resource) {
  CheckoutId id = id_of(request);
  json::monotonic_resource memory(kDocumentBytes);
  KASSA_CO_TRY(auto input, read_input(request, exchange, memory, resource.cancel, id.value));
  co_return co_await services.checkout.cancel(exchange.caller, std::move(id), std::move(input.key), resource.kind);
}

awaitable<http::Response> create(const UcpServices& services, const http::Request& request, Exchange& exchange,
                                 const Resource& resource) {
  std::string secret;
  auto answer = co_await run_create(services, request, exchange, resource, secret);
  const bool made = answer.has_value();
  http::Response response = respond(exchange, std::move(answer));
  if (made) tell_client_secret(secret, response);
  co_return response;
}

}  // namespace

awaitable<http::Response> run_action(const UcpServices& services, const http::Request& request, Exchange& exchange,
                                     Action action, const Resource& resource) {
  Result<checkout::Answer> answer = Error{Errc::kNotFound, "no such action"};
  switch (action) {
    case Action::kCreate: co_return co_await create(services, request, exchange, resource);
    case Action::kGet: answer = co_await services.checkout.get(exchange.caller, id_of(request), resource.kind); break;
    case Action::kUpdate: answer = co_await run_update(services, request, exchange, resource); break;
    case Action::kComplete: answer = co_await run_complete(services, request, exchange, resource); break;
    case Action::kCancel: answer = co_await run_cancel(services, request, exchange, resource); break;
  }
  co_return respond(exchange, std::move(answer));
}

}  // namespace kassa::protocol
