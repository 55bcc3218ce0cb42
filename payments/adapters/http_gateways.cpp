#include "payments/adapters/http_gateways.hpp"

#include <utility>

#include "payments/adapters/judgement.hpp"
#include "payments/adapters/registry.hpp"

namespace kassa::payments {
namespace {

constexpr std::string_view kUnknownAdapter = "unknown_adapter";
constexpr std::string_view kNotExpressible = "not_expressible";

}  // namespace

ChargeReply HttpGateways::record(std::string_view call, ChargeReply reply) {
  reply.event.at = clock_.now();
  std::string label{call};
  label += '.';
  label += to_text(reply.event.kind);
  metrics_.count("payment_gateway_replies_total", label);
  return reply;
}

asio::awaitable<ChargeReply> HttpGateways::charge(const GatewayConfig& gateway, const ChargeRequest& request,
                                                  std::chrono::milliseconds total_time) {
  const Adapter* const adapter = find_adapter(gateway.adapter);
  if (adapter == nullptr) co_return record("charge", no_effect(kUnknownAdapter, request));
  auto built = adapter->build_charge(gateway, request);
  if (!built) co_return record("charge", no_effect(kNotExpressible, request));
  ports::HttpRequest http = std::move(built).value();
  http.total_time = total_time;
  http.trace = request.trace;
  const ports::HttpReply reply = co_await client_.send(std::move(http));
  co_return record("charge", judge_charge(*adapter, request, reply));
}

asio::awaitable<ChargeReply> HttpGateways::find(const GatewayConfig& gateway, const ChargeRequest& request,
                                                std::chrono::milliseconds total_time) {
  // Whatever keeps us from asking, the charge may exist: nothing but the gateway's own word ends kUnknown.
  const Adapter* const adapter = find_adapter(gateway.adapter);
  if (adapter == nullptr) co_return record("find", own_reply(EventKind::kUnknown, kUnknownAdapter, request));
  if (!adapter->capabilities().can_find) {
    co_return record("find", own_reply(EventKind::kUnknown, "cannot_find", request));
  }
  auto built = adapter->build_find(gateway, request);
  if (!built) co_return record("find", own_reply(EventKind::kUnknown, kNotExpressible, request));
  ports::HttpRequest http = std::move(built).value();
  http.total_time = total_time;
  http.trace = request.trace;
  const ports::HttpReply reply = co_await client_.send(std::move(http));
  co_return record("find", judge_find(*adapter, request, reply));
}

asio::awaitable<ChargeReply> HttpGateways::give_back(const GatewayConfig& gateway, const ChargeRequest& request,
                                                     std::string_view gateway_ref, Money amount, std::string_view key,
                                                     std::chrono::milliseconds total_time) {
  const Adapter* const adapter = find_adapter(gateway.adapter);
  if (adapter == nullptr) co_return record("give_back", no_effect(kUnknownAdapter, request));
  const GiveBack what{request, gateway_ref, amount, key};
  auto built = adapter->build_give_back(gateway, what);
  if (!built) co_return record("give_back", no_effect(kNotExpressible, request));
  ports::HttpRequest http = std::move(built).value();
  http.total_time = total_time;
  http.trace = request.trace;
  const ports::HttpReply reply = co_await client_.send(std::move(http));
  co_return record("give_back", judge_give_back(*adapter, what, reply));
}

}  // namespace kassa::payments
