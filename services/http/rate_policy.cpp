#include "services/http/rate_policy.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace kassa::http {

std::string_view to_text(RateClass rate_class) noexcept {
  switch (rate_class) {
    case RateClass::kPublic: return "public";
    case RateClass::kRead: return "read";
    case RateClass::kWrite: return "write";
    case RateClass::kCreate: return "create";
    case RateClass::kGateway: return "gateway";
    case RateClass::kAdmin: return "admin";
    case RateClass::kCount: break;
  }
  return "";
}

RateClass rate_class_of(const Route& route) noexcept {
  switch (route.role) {
    case Role::kPublic:
    case Role::kSandbox: return RateClass::kPublic;
    case Role::kPlatform: return route.method == Method::kGet ? RateClass::kRead : RateClass::kWrite;
    case Role::kBackend:
    case Role::kAdmin: return RateClass::kAdmin;
    case Role::kGateway: return RateClass::kGateway;
  }
  return RateClass::kPublic;
}

ClientAddress client_address(std::string_view address) {
  ClientAddress client;
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(std::string(address), failed);
  if (failed) {
    client.block = address;
    return client;
  }
  client.loopback = parsed.is_loopback();
  if (parsed.is_v4()) {
    client.block = address;
    return client;
  }
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  client.block = boost::asio::ip::address_v6(bytes).to_string() + "/64";
  return client;
}

}  // namespace kassa::http
