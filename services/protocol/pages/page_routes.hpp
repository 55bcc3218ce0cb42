#pragma once
// Kassa's own pages, for stores without any: GET /c/{token} resumes a checkout, /r/{token} is where a bank sends the
// buyer back to, GET /o/{token} shows an order. The token is all that is needed, and nothing else of the request counts
// but its language. Whatever is wrong with a token, the answer is one and the same page. Runs on the request's I/O
// thread.

#include "services/base/clock.hpp"
#include "services/checkout/service.hpp"
#include "services/http/router.hpp"
#include "services/orders/orders.hpp"
#include "services/protocol/links.hpp"

namespace kassa::protocol {

/// What the pages work with; the wiring keeps it alive as long as the router.
struct PageServices {
  checkout::CheckoutService& checkout;
  checkout::SnapshotSource& snapshots;
  orders::Orders& orders;
  const Links& links;
  const Clock& clock;
};

void add_page_routes(http::Router& router, const PageServices& services);

/// A page with the headers that keep it between its reader and us: no script, no frame, no cache. The server sends
/// Referrer-Policy with every answer.
[[nodiscard]] http::Response page_response(int status, std::string html);

}  // namespace kassa::protocol
