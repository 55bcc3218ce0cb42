#pragma once
// The beginning and the end of every request to the first-party API: a key is needed, nothing is negotiated, and
// requests and answers have conditions (If-Match, If-None-Match, ETag). Runs on the request's I/O thread.

#include <boost/asio/awaitable.hpp>

#include "services/protocol/ucp/exchange.hpp"

namespace kassa::protocol {

[[nodiscard]] boost::asio::awaitable<Exchange> open_v1_exchange(const UcpServices& services,
                                                                const http::Request& request);

/// With the ETag of what it shows; 412 where the condition did not hold.
[[nodiscard]] http::Response with_etag(const Exchange& exchange, http::Response answer);

/// The same for a read: 304 when the caller has it already.
[[nodiscard]] http::Response unless_known(const http::Request& request, const Exchange& exchange,
                                          http::Response answer);

/// The answer to a request that moves money or ends something without an idempotency key.
[[nodiscard]] std::optional<http::Response> refuse_without_key(const http::Request& request, const Exchange& exchange);

/// The tags of a condition ("\"a\", \"b\"") without quotes. Weak ones never match (RFC 9110, 13.1.1), and "*" asks for
/// nothing that the route does not: none. A condition that no tag can meet gives an empty tag.
[[nodiscard]] std::vector<std::string> strong_tags(std::string_view condition);

}  // namespace kassa::protocol
