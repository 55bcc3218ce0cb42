#include "services/protocol/ucp/catalog_routes.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/protocol/ucp/exchange.hpp"
#include "services/protocol/ucp/handlers.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;

using ReadAsk = Result<CatalogAsk> (*)(const json::object&, const ports::StoreSettings&);
using AnswerAsk = awaitable<Result<std::string>> (*)(const CatalogServices&, const checkout::Snapshot&, CatalogAsk,
                                                     CatalogFrame);

struct CatalogRow {
  std::string_view path;  ///< Below kUcpPrefix.
  Capability needed;
  ReadAsk read;
  AnswerAsk answer;
};

constexpr auto kCatalogRows = std::to_array<CatalogRow>({
    {"/catalog/search", Capability::kCatalogSearch, &read_search, &answer_search},
    {"/catalog/lookup", Capability::kCatalogLookup, &read_lookup, &answer_lookup},
    {"/catalog/product", Capability::kCatalogLookup, &read_product, &answer_product},
});

http::Response too_many_ids(const Exchange& exchange) {
  return finish(exchange, http::Response(400, transport_error("request_too_large", kTooManyIds, "/ids")));
}

awaitable<http::Response> answer_catalog(const CatalogServices& services, const http::Request& request,
                                         const CatalogRow& row) {
  Exchange exchange = co_await open_exchange(services.ucp, request, row.needed);
  if (exchange.refusal) co_return std::move(*exchange.refusal);
  const auto snapshot = co_await services.ucp.snapshots.get(exchange.caller.store);
  if (!snapshot) co_return refuse(exchange, snapshot.error());
  const auto body = read_body(request);
  if (!body) co_return refuse(exchange, body.error());
  auto ask = row.read(body.value().document, snapshot.value()->settings);
  if (!ask) co_return refuse(exchange, ask.error());
  if (ask.value().ids.size() > kLookupIdsMax) co_return too_many_ids(exchange);
  CatalogFrame frame;
  frame.capabilities = exchange.capabilities;
  auto answer = co_await row.answer(services, *snapshot.value(), std::move(ask).value(), std::move(frame));
  if (!answer) co_return refuse(exchange, answer.error());
  co_return finish(exchange, http::Response(200, std::move(answer).value()));
}

}  // namespace

void add_catalog_routes(http::Router& router, const CatalogServices& services) {
  for (const CatalogRow& row : kCatalogRows) {
    const std::string path = std::string(kUcpPrefix).append(row.path);
    router.add({http::Method::kPost, path, http::Role::kPlatform, limits::kBodyBytesMax,
                [&services, &row](http::Request& request) { return answer_catalog(services, request, row); }});
    add_preflight(router, services.ucp, path);
  }
}

}  // namespace kassa::protocol
