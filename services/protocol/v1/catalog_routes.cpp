#include "services/protocol/v1/catalog_routes.hpp"

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/protocol/ucp/handlers.hpp"
#include "services/protocol/v1/errors.hpp"
#include "services/protocol/v1/exchange.hpp"
#include "services/protocol/v1/renderer.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

enum class Question : unsigned char { kSearch, kProduct, kLookup };

Result<CatalogAsk> read_ask(const http::Request& request, Question question, const ports::StoreSettings& settings) {
  if (question == Question::kSearch) return read_search_query(request, settings);
  if (question == Question::kLookup) {
    KASSA_TRY(const auto body, read_body(request));
    return read_lookup(body.document, settings);
  }
  KASSA_TRY(auto ask, read_product_query(request, settings));
  bool valid = true;
  ask.id = http::percent_decode(request.params.front(), false, valid);
  if (!valid || ask.id.size() > limits::kIdBytesMax) return Error{Errc::kNotFound, "Product not found"};
  return ask;
}

/// The tag is of the bytes: the same answer, whichever node gives it.
http::Response tagged(const http::Request& request, const Exchange& exchange, std::string body) {
  const std::string tag = "\"" + short_hash(body) + "\"";
  http::Response answer(200, std::move(body));
  answer.headers.emplace_back("ETag", tag);
  const bool reads = request.method != http::Method::kPost;
  if (reads && request.header("if-none-match").find(tag) != std::string_view::npos) {
    answer.status = 304;
    answer.body.clear();
  }
  return finish(exchange, std::move(answer));
}

/// The text of a search is the parameter `q` here.
Error by_parameter(Error error) {
  if (error.path == "query") error.path = "q";
  return error;
}

http::Response too_many(const Exchange& exchange) {
  return finish(exchange, http::Response(400, v1_error("request_too_large", kTooManyIds, "/ids")));
}

awaitable<http::Response> answer_question(const CatalogServices& services, const http::Request& request,
                                          Question question) {
  Exchange exchange = co_await open_v1_exchange(services.ucp, request);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  const auto snapshot = co_await services.ucp.snapshots.get(exchange.caller.store);
  if (!snapshot) co_return refuse(exchange, snapshot.error());
  auto ask = read_ask(request, question, snapshot.value()->settings);
  if (!ask) co_return refuse(exchange, ask.error());
  if (ask.value().ids.size() > kLookupIdsMax) co_return too_many(exchange);
  CatalogFrame frame;
  const checkout::Snapshot& store = *snapshot.value();
  Result<std::string> answer = std::string{};
  switch (question) {
    case Question::kSearch:
      answer = co_await answer_search(services, store, std::move(ask).value(), std::move(frame));
      break;
    case Question::kProduct:
      answer = co_await answer_product(services, store, std::move(ask).value(), std::move(frame));
      break;
    case Question::kLookup:
      answer = co_await answer_lookup(services, store, std::move(ask).value(), std::move(frame));
      break;
  }
  if (!answer) co_return refuse(exchange, by_parameter(answer.error()));
  co_return tagged(request, exchange, std::move(answer).value());
}

void add_question(http::Router& router, const CatalogServices& services, http::Method method, std::string_view path,
                  Question question) {
  const std::string full = std::string(kV1Prefix).append(path);
  router.add({method, full, http::Role::kPlatform, limits::kBodyBytesMax,
              [&services, question](http::Request& request) { return answer_question(services, request, question); }});
  add_preflight(router, services.ucp, full);
}

}  // namespace

void add_v1_catalog_routes(http::Router& router, const CatalogServices& services) {
  add_question(router, services, http::Method::kGet, "/catalog/search", Question::kSearch);
  add_question(router, services, http::Method::kGet, "/catalog/products/{id}", Question::kProduct);
  add_question(router, services, http::Method::kPost, "/catalog/lookup", Question::kLookup);
}

}  // namespace kassa::protocol
