#pragma once
// Everything that a serving process is made of, built once in dependency order and destroyed in reverse. Wiring only.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "payments/adapters/http_gateways.hpp"
#include "payments/adapters/sandbox/bank.hpp"
#include "services/app/clock_check.hpp"
#include "services/app/data_directory.hpp"
#include "services/app/erasures.hpp"
#include "services/app/snapshot_loader.hpp"
#include "services/app/store_directory.hpp"
#include "services/app/thread_clients.hpp"
#include "services/catalog/stock_news.hpp"
#include "services/catalog/stock_view_memory.hpp"
#include "services/checkout/cart_recorder.hpp"
#include "services/checkout/completer.hpp"
#include "services/checkout/inbox.hpp"
#include "services/checkout/service.hpp"
#include "services/checkout/session_codec.hpp"
#include "services/checkout/sessions.hpp"
#include "services/orders/orders.hpp"
#include "services/platform/config/config.hpp"
#include "services/platform/crypto/random.hpp"
#include "services/platform/crypto/signer.hpp"
#include "services/platform/mail/smtp_relay.hpp"
#include "services/platform/obs/failpoints.hpp"
#include "services/platform/obs/log.hpp"
#include "services/platform/obs/metrics.hpp"
#include "services/platform/obs/system_clock.hpp"
#include "services/protocol/admin/services.hpp"
#include "services/protocol/gateway_webhooks.hpp"
#include "services/protocol/pages/confirmation_mail.hpp"
#include "services/protocol/pages/page_renderer.hpp"
#include "services/protocol/pages/page_routes.hpp"
#include "services/protocol/testing/simulate_shipping.hpp"
#include "services/protocol/ucp/catalog_answers.hpp"
#include "services/protocol/ucp/order_access.hpp"
#include "services/protocol/ucp/order_webhook.hpp"
#include "services/protocol/ucp/profile_cache.hpp"
#include "services/protocol/ucp/render.hpp"
#include "services/protocol/ucp/services.hpp"
#include "services/protocol/v1/renderer.hpp"
#include "services/shoppers/directory.hpp"
#include "services/shoppers/person_keys.hpp"
#include "services/webhooks/delivery.hpp"

namespace kassa::app {

/// Clock, log, metrics: what even a failing start needs.
struct Base {
  explicit Base(const platform::Config& config) : log(clock, metrics, config.log_level) {}
  platform::SystemClock clock;
  platform::PrometheusMetrics metrics;
  platform::SpdlogLog log;
  platform::SodiumRandom random;
  platform::OpenSslSigner signer;
};

class Runtime {
 public:
  /// `contexts`: the I/O threads' contexts, then the worker's.
  Runtime(Base& base, const platform::Config& config, const std::string& public_url, DataDirectory& data,
          ports::Failpoints& failpoints, const std::vector<asio::io_context*>& contexts);

  Base& base;
  DataDirectory& data;
  const bool others;  ///< Other processes may work on the same database.
  ThreadClients clients;
  payments::sandbox::SandboxBank bank;
  payments::HttpGateways gateways;
  catalog::MemoryStockView stock;
  catalog::StockNews stock_news;
  ports::StockView& selling_stock;  ///< For whoever changes levels: others must be told, if there may be any.
  shoppers::CachedPersonKeys persons;
  shoppers::StoredShoppers shoppers;
  checkout::SealedSessionCodec codec;
  std::unique_ptr<ports::SessionCache> cache;
  checkout::Sessions sessions;
  Erasures erasures;
  std::atomic<bool> draining{false};
  SnapshotLoader snapshots;
  checkout::CartRecorder recorder;
  MemoryStoreDirectory directory;
  checkout::OrderNumbers numbers;
  protocol::UcpRenderer renderer;
  protocol::V1Renderer own_renderer;
  protocol::PageRenderer page_renderer;
  checkout::Renderers renderers;
  protocol::ProfileCache profiles;
  protocol::OrderWebhook order_webhook;
  webhooks::Dialects dialects;
  webhooks::Delivery delivery;
  orders::Orders orders;
  protocol::LetterWriter letters;
  protocol::ConfirmationWebhook confirmation_webhook;
  std::unique_ptr<platform::SmtpRelay> relay;  ///< Null: no letters are sent from here.
  std::unique_ptr<protocol::ConfirmationMail> confirmation_mail;
  checkout::Inbox inbox;
  checkout::Completer completer;
  checkout::CheckoutService checkout;
  protocol::UcpServices ucp;
  std::unique_ptr<ports::CatalogSearch> catalog_search;
  protocol::CatalogServices catalog_services;
  protocol::OrderServices order_services;
  protocol::PageServices pages;
  protocol::GatewayWebhookServices gateway_webhooks;
  protocol::SimulationServices simulation;
  protocol::AdminServices admin;
  ClockCheck clock_check;
  // Set once by serve, before any thread runs.
  std::function<void()> wake_completer{[] {}};
  std::function<void()> wake_numbers{[] {}};
  std::function<void()> wake_keys{[] {}};
  std::function<void()> wake_stock_news{[] {}};
  std::function<void()> wake_snapshots{[] {}};
  std::function<void(std::string)> tell_others{[](const std::string&) {}};

 private:
  checkout::CheckoutService::Dependencies checkout_dependencies(const platform::Config& config,
                                                                ports::Failpoints& failpoints);
  webhooks::Delivery::Dependencies delivery_dependencies(const platform::Config& config, asio::io_context& worker);
  orders::Orders::Dependencies order_dependencies();
  protocol::AdminServices admin_services();
  asio::awaitable<void> reload_keys();
};

}  // namespace kassa::app
