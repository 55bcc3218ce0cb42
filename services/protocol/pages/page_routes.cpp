#include "services/protocol/pages/page_routes.hpp"

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/pages/checkout_document.hpp"
#include "services/protocol/pages/order_document.hpp"
#include "services/protocol/pages/page_renderer.hpp"
#include "services/protocol/principal.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPageReader = "page";  ///< Owns nothing.

std::string security_policy() {
  const Digest style = sha256(page_style());
  return "default-src 'none'; style-src 'sha256-" + to_base64(style) +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

std::optional<Language> wished_language(const http::Request& request) {
  return accepted_language(request.header("accept-language"));
}

http::Response invalid_link(const http::Request& request) {
  return page_response(404, to_html(invalid_link_page(wished_language(request).value_or(Language::kEnglish))));
}

/// What is gone and what never was look the same.
http::Response failure_page(const http::Request& request, const Error& error) {
  if (error.code == Errc::kNotFound || error.code == Errc::kCheckoutExpired) return invalid_link(request);
  const Language language = wished_language(request).value_or(Language::kEnglish);
  http::Response response = page_response(503, to_html(unavailable_page(language)));
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

asio::awaitable<http::Response> show_checkout(const PageServices& services, LinkKind kind, http::Request& request) {
  const auto target = services.links.open(kind, request.params.front(), services.clock.now());
  if (!target) co_return invalid_link(request);
  checkout::Caller caller;
  caller.store = target->store;
  caller.principal = kPageReader;
  caller.rendering = page_rendering_text(kind, wished_language(request), target->live);
  caller.names_quote = true;
  caller.has_link = true;
  CheckoutId id{target->id};
  auto answer = co_await services.checkout.get(std::move(caller), std::move(id));
  if (!answer) co_return failure_page(request, answer.error());
  co_return page_response(answer.value().status, *answer.value().body);
}

asio::awaitable<http::Response> show_order(const PageServices& services, LinkKind kind, http::Request& request) {
  const auto target = services.links.open(kind, request.params.front(), services.clock.now());
  if (!target) co_return invalid_link(request);
  OrderId id{target->id};
  const auto order = co_await services.orders.get(target->store, std::move(id));
  if (!order) co_return failure_page(request, order.error());
  if (is_live(order.value().record.audience.owner) != target->live) co_return invalid_link(request);
  const auto snapshot = co_await services.snapshots.get(target->store);
  if (!snapshot) co_return failure_page(request, snapshot.error());
  const Shop shop{snapshot.value()->settings.name, {}};
  const Language language = wished_language(request).value_or(Language::kEnglish);
  co_return page_response(200, to_html(order_page(order.value(), shop, language)));
}

/// Banks send the buyer back with a form. The page is asked for without it, so that loading it again sends nothing.
asio::awaitable<http::Response> come_back(const PageServices& services, LinkKind kind, http::Request& request) {
  if (!services.links.open(kind, request.params.front(), services.clock.now())) co_return invalid_link(request);
  http::Response response = page_response(303, {});
  response.headers.emplace_back("Location", std::string(request.params.front()));
  co_return response;
}

using PageHandler = asio::awaitable<http::Response> (*)(const PageServices&, LinkKind, http::Request&);

void add_page_route(http::Router& router, const PageServices& services, http::Method method, LinkKind kind,
                    PageHandler handler) {
  http::Route route;
  route.method = method;
  route.path = std::string("/") + static_cast<char>(kind) + "/{token}";
  route.role = http::Role::kPublic;
  route.body_bytes_max = method == http::Method::kPost ? limits::kBodyBytesMax : 0;
  route.handler = [&services, kind, handler](http::Request& request) { return handler(services, kind, request); };
  router.add(std::move(route));
}

}  // namespace

http::Response page_response(int status, std::string html) {
  http::Response response(status, std::move(html));
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy", security_policy()},
                      {"Cache-Control", "no-store"},
                      {"X-Frame-Options", "DENY"},
                      {"X-Robots-Tag", "noindex"}};
  return response;
}

void add_page_routes(http::Router& router, const PageServices& services) {
  add_page_route(router, services, http::Method::kGet, LinkKind::kCheckout, &show_checkout);
  add_page_route(router, services, http::Method::kGet, LinkKind::kReturn, &show_checkout);
  add_page_route(router, services, http::Method::kPost, LinkKind::kReturn, &come_back);
  add_page_route(router, services, http::Method::kGet, LinkKind::kOrder, &show_order);
}

}  // namespace kassa::protocol
