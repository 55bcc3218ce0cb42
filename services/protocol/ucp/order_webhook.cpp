#include "services/protocol/ucp/order_webhook.hpp"

#include "services/base/hash.hpp"
#include "services/base/text.hpp"
#include "services/protocol/ucp/signature_sign.hpp"

namespace kassa::protocol {

std::string webhook_id(const EventId& event) {
  const Digest digest = sha256("webhook|" + event.value);
  std::array<std::byte, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x80};  // Version 8: made in a way of our own.
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // The variant of RFC 9562.
  std::string out = to_hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) out.insert(at, 1, '-');
  return out;
}

webhooks::asio::awaitable<Result<ports::HttpRequest>> OrderWebhook::build_request(const webhooks::Message& message) {
  KASSA_CO_TRY(const auto snapshot, co_await snapshots_.get(message.store));
  const auto timestamp = std::chrono::floor<std::chrono::seconds>(message.created_at).time_since_epoch().count();
  ports::HttpRequest request("POST", message.target);
  request.body = message.body;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("UCP-Agent", "profile=\"" + public_url_ + "/.well-known/ucp\"");
  request.headers.emplace_back("Webhook-Id", webhook_id(message.event));
  request.headers.emplace_back("Webhook-Timestamp", std::to_string(timestamp));
  KASSA_CO_TRY(sign_request(request, snapshot->signing, signer_, clock_.now()));
  co_return request;
}

}  // namespace kassa::protocol
