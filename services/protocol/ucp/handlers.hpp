#pragma once
// The checkout, cart and discovery routes of UCP: let in, decode, use case, answer. They run on the request's I/O
// thread; services and request outlive them.

#include <boost/asio/awaitable.hpp>

#include "services/http/router.hpp"
#include "services/protocol/ucp/commands.hpp"

namespace kassa::protocol {

boost::asio::awaitable<http::Response> get_profile(const UcpServices& services, const http::Request& request);
boost::asio::awaitable<http::Response> answer_session(const UcpServices& services, const http::Request& request,
                                                      Action action, const Resource& resource);
/// Answers OPTIONS of a path that browsers call.
void add_preflight(http::Router& router, const UcpServices& services, std::string path);

}  // namespace kassa::protocol
