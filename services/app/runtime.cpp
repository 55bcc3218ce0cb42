#include "services/app/runtime.hpp"

#include "services/app/session_cache.hpp"
#include "services/app/webhook_readers.hpp"
#include "services/checkout/completion.hpp"
#include "services/platform/postgres/postgres_catalog_search.hpp"
#include "services/platform/store/sqlite_catalog_search.hpp"
#include "services/protocol/ucp/order_render.hpp"

namespace kassa::app {
namespace {

constexpr Millis kSharedPoll{1'000};

platform::ClientOptions client_options(const platform::Config& config) {
  platform::ClientOptions options;
  options.ports_allowed = config.outgoing_ports;
  if (!config.outgoing_ca_file.empty()) options.extra_ca_files = {config.outgoing_ca_file};
  return options;
}

std::unique_ptr<ports::CatalogSearch> make_catalog_search(bool on_postgres, ports::Store& store) {
  if (on_postgres) return std::make_unique<platform::PostgresCatalogSearch>(store);
  return std::make_unique<platform::SqliteCatalogSearch>(store);
}

std::unique_ptr<platform::SmtpRelay> make_relay(const platform::Config& config) {
  if (config.smtp_url.empty()) return nullptr;
  platform::SmtpOptions options;
  options.url = config.smtp_url;
  options.from = config.smtp_from;
  options.login = config.smtp_login;
  options.ca_file = config.outgoing_ca_file;
  return std::make_unique<platform::SmtpRelay>(std::move(options));
}

/// Loopback receivers are for trying things out; a live deployment must say so explicitly.
bool may_reach_loopback(const platform::Config& config) {
  return config.sandbox || config.webhook_allow_loopback || config.profile_allow_loopback;
}

auto what_is_noted_in(checkout::Sessions& sessions) {
  return [&sessions](StoreId store, Bytes email_hash) {
    return sessions.write_noted(std::move(store), std::move(email_hash));
  };
}

auto decisions_of(checkout::Completer& completer) {
  return [&completer](ports::Store& audited, StoreId store, AttemptId attempt, checkout::Decision decision, bool live) {
    return completer.decide(audited, std::move(store), std::move(attempt), decision, live);
  };
}

}  // namespace

Runtime::Runtime(Base& base_, const platform::Config& config, const std::string& public_url, DataDirectory& data_,
                 ports::Failpoints& failpoints, const std::vector<asio::io_context*>& contexts)
    : base(base_),
      data(data_),
      others(!config.database.empty()),
      clients(contexts, client_options(config), base.log, base.metrics, may_reach_loopback(config)),
      bank(data.sandbox(), base.clock, clients, public_url),
      gateways(bank, base.clock, base.metrics),
      stock_news(data.main(), stock, [this] { wake_stock_news(); }),
      selling_stock(others ? static_cast<ports::StockView&>(stock_news) : stock),
      persons(data.keys(), data.box(), base.clock, base.random, [this] { wake_keys(); }),
      shoppers(data.main(), data.keys(), data.box(), base.clock),
      codec(persons, data.box()),
      cache(make_session_cache(config, contexts, codec, base)),
      sessions({data.main(), *cache, persons, data.box(), data.last_edits(), base.clock, base.log,
                [this](const checkout::SessionPtr& session) { recorder.note(session); },
                [this] { return data.has_space(); }}),
      erasures(data.main(), base.clock, persons, sessions),
      snapshots({data.main(), data.box(), base.signer, stock, base.log, contexts.back()->get_executor(),
                 config.stores_in_memory_max, [this](const StoreId& store) { stock.forget(store); }},
                std::filesystem::path(config.data) / "rules"),
      recorder(data.main(), persons, snapshots),
      directory(data.main(), base.random),
      numbers(data.main(), base.clock, [this] { wake_numbers(); }),
      renderer(protocol::Links(public_url, data.box())),
      own_renderer(renderer),
      page_renderer(renderer.links()),
      profiles(clients, base.clock),
      order_webhook(snapshots, base.signer, base.clock, public_url),
      delivery(delivery_dependencies(config, *contexts.back())),
      orders(order_dependencies()),
      letters(snapshots, orders, renderer.links()),
      confirmation_webhook(letters, order_webhook),
      relay(make_relay(config)),
      inbox(data.main(), base.clock, [this] { wake_completer(); }),
      completer(checkout_dependencies(config, failpoints)),
      checkout(checkout_dependencies(config, failpoints)),
      ucp{checkout,          snapshots,  directory,  profiles,    renderer,      base.signer,
          config.public_url, base.clock, data.box(), base.random, config.sandbox},
      catalog_search(make_catalog_search(others, data.main())),
      catalog_services{ucp, *catalog_search, data.main(), stock},
      order_services{ucp, orders, config.sandbox},
      pages{checkout, snapshots, orders, renderer.links(), base.clock},
      gateway_webhooks{directory, snapshots, inbox, base.clock, base.log, &webhook_reader_of},
      simulation{orders, directory, config.simulation_secret},
      admin(admin_services()),
      clock_check({data.main(), base.clock, base.log, base.metrics}) {
  renderers.add(renderer);
  renderers.add(own_renderer);
  renderers.add(page_renderer);
  dialects.add(order_webhook);
  dialects.add(confirmation_webhook);
  if (relay == nullptr) return;
  confirmation_mail = std::make_unique<protocol::ConfirmationMail>(letters, *relay, config.smtp_from);
  dialects.add(*confirmation_mail);
}

protocol::AdminServices Runtime::admin_services() {
  return {data.main(),
          directory,
          persons,
          selling_stock,
          snapshots,
          orders,
          data.box(),
          base.clock,
          base.random,
          base.log,
          [this] { delivery.wake(); },
          [this] { return reload_keys(); },
          [this](const StoreId& store, const PersonId& person) { sessions.forget_person(store, person); },
          what_is_noted_in(sessions),
          decisions_of(completer),
          [this] { wake_snapshots(); }};
}

asio::awaitable<void> Runtime::reload_keys() {
  const auto read = co_await directory.refresh();
  if (!read) base.log.warn("directory.failed", {{"why", read.error().detail}});
}

webhooks::Delivery::Dependencies Runtime::delivery_dependencies(const platform::Config& config,
                                                                asio::io_context& worker) {
  webhooks::DeliveryOptions options;
  options.allow_loopback = config.sandbox || config.webhook_allow_loopback;
  // Whoever adds an event wakes only the delivery of its own process.
  if (!config.database.empty()) options.poll = kSharedPoll;
  return {worker.get_executor(), data.main(), persons, data.box(), clients, dialects, base.clock, base.log,
          base.metrics,          options};
}

orders::Orders::Dependencies Runtime::order_dependencies() {
  return {data.main(),
          persons,
          data.box(),
          base.clock,
          base.random,
          base.log,
          "ucp",
          protocol::order_event_renderer(renderer.links()),
          [this] { delivery.wake(); }};
}

checkout::CheckoutService::Dependencies Runtime::checkout_dependencies(const platform::Config& config,
                                                                       ports::Failpoints& failpoints) {
  return {data.main(),
          sessions,
          snapshots,
          persons,
          data.box(),
          gateways,
          selling_stock,
          shoppers,
          renderers,
          numbers,
          base.clock,
          base.random,
          failpoints,
          base.log,
          base.metrics,
          [this] { delivery.wake(); },
          static_cast<std::int64_t>(config.kept_answers_mb_per_day) * 1024 * 1024};
}

}  // namespace kassa::app
