#pragma once
// Order events on the wire as UCP wants them: the dialect "ucp" of the outbox. Each attempt is signed anew
// (ECDSA is random) over the same Webhook-Id, Webhook-Timestamp and body. Used by delivery on its thread.

#include <string>

#include "services/base/clock.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/signing.hpp"
#include "services/webhooks/dialect.hpp"

namespace kassa::protocol {

class OrderWebhook final : public webhooks::Dialect {
 public:
  /// `public_url`: where our own profile is, without a trailing slash.
  OrderWebhook(checkout::SnapshotSource& snapshots, const ports::Signer& signer, const Clock& clock,
               std::string public_url)
      : snapshots_(snapshots), signer_(signer), clock_(clock), public_url_(std::move(public_url)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "ucp"; }
  webhooks::asio::awaitable<Result<ports::HttpRequest>> build_request(const webhooks::Message& message) override;

 private:
  checkout::SnapshotSource& snapshots_;
  const ports::Signer& signer_;
  const Clock& clock_;
  std::string public_url_;
};

/// The UUID (version 8) that stands for an event, the same in every process and attempt.
[[nodiscard]] std::string webhook_id(const EventId& event);

}  // namespace kassa::protocol
