#pragma once
// What a request about a cart or a checkout comes down to, for every protocol that speaks UCP's resources: body and
// idempotency key are read, the client secret is looked after, the use case is called. They run on the request's I/O
// thread; services, request and exchange outlive them.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "services/protocol/ucp/decode.hpp"
#include "services/protocol/ucp/exchange.hpp"

namespace kassa::protocol {

/// A kind of session as one protocol's routes name it; the names are part of the scope of idempotency keys.
struct Resource {
  checkout::Kind kind{checkout::Kind::kCheckout};
  std::string_view create;    ///< "POST /carts"
  std::string_view update;    ///< "PUT /carts/{id}"
  std::string_view complete;  ///< Empty for carts.
  std::string_view cancel;
  Members members{Members::kUcp};
};

enum class Action : unsigned char {
  kCreate,  ///< Or makes a checkout of the cart that the body names. A publishable key is told the client secret.
  kGet,
  kUpdate,
  kComplete,  ///< A caller that names quotes must name the one that it accepts.
  kCancel
};

boost::asio::awaitable<http::Response> run_action(const UcpServices& services, const http::Request& request,
                                                  Exchange& exchange, Action action, const Resource& resource);

}  // namespace kassa::protocol
