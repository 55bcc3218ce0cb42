#include "services/app/webhook_readers.hpp"

#include "payments/adapters/sandbox/webhook.hpp"

namespace kassa::app {
namespace {

Result<protocol::GatewayNotice> read_sandbox(const payments::GatewayConfig& gateway, const http::Request& request,
                                             Instant now) {
  const std::string_view signature = request.header(payments::sandbox::kSignatureHeader);
  KASSA_TRY(auto told, payments::sandbox::read_webhook(gateway, signature, request.body, now));
  protocol::GatewayNotice notice;
  notice.event_key = std::move(told.event_id);
  notice.gateway_key = std::move(told.reference);
  return notice;
}

}  // namespace

protocol::WebhookReader webhook_reader_of(std::string_view adapter) {
  return adapter == "sandbox" ? &read_sandbox : nullptr;
}

}  // namespace kassa::app
