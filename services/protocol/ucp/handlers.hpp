#pragma once
// The checkout, cart and discovery routes of UCP, one coroutine each: let in, decode, use case, answer. They run on
// the request's I/O thread; services and request outlive them.

#include <boost/asio/awaitable.hpp>

#include "services/http/message.hpp"
#include "services/protocol/ucp/services.hpp"

namespace kassa::protocol {

boost::asio::awaitable<http::Response> get_profile(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> create_checkout(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> get_checkout(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> update_checkout(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> complete_checkout(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> cancel_checkout(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> create_cart(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> get_cart(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> update_cart(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> cancel_cart(const UcpServices& services, const http::Request& request);
/// OPTIONS of any of them.
boost::asio::awaitable<http::Response> answer_preflight(const UcpServices& services, const http::Request& request);

}  // namespace kassa::protocol
