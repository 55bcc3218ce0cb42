#pragma once
// Order routes over the real store: requests go through the route table as they would from the server. What
// orders do not touch (gateways, carts, shoppers) is absent.

#include "services/catalog/stock_view_memory.hpp"
#include "services/checkout/completion.hpp"
#include "services/http/router.hpp"
#include "services/platform/crypto/signer.hpp"
#include "services/platform/obs/failpoints.hpp"
#include "services/platform/store/memory_session_cache.hpp"
#include "services/protocol/testing/simulate_shipping.hpp"
#include "services/protocol/ucp/order_render.hpp"
#include "services/protocol/ucp/order_routes.hpp"
#include "tests/unit/orders/bench.hpp"

namespace kassa::protocol {

namespace asio = boost::asio;

inline constexpr std::string_view kPlatform = "https://platform.example/profile.json";
inline constexpr std::string_view kSecret = "simulation-secret";

class OneSnapshot final : public checkout::SnapshotSource {
 public:
  asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> get(const StoreId& store) override {
    if (store != snapshot->store) co_return Error{Errc::kNotFound, "no such store"};
    co_return std::shared_ptr<const checkout::Snapshot>(snapshot);
  }
  asio::awaitable<Result<void>> refresh_levels(const StoreId&) override { co_return ok(); }
  void note_used_up(const StoreId&, const std::string&) override {}
  void note_spent(const StoreId&, const std::string&, Money) override {}
  void note_uses_returned(const StoreId&) override {}
  std::shared_ptr<const checkout::Snapshot> peek(const StoreId&) const override { return snapshot; }

  std::shared_ptr<checkout::Snapshot> snapshot = std::make_shared<checkout::Snapshot>();
};

class OneStore final : public ports::StoreDirectory {
 public:
  [[nodiscard]] std::optional<StoreId> by_host(std::string_view host) const override {
    if (host != "shop.example") return std::nullopt;
    return StoreId{"s1"};
  }
  [[nodiscard]] std::optional<ports::KnownKey> by_key(std::string_view key) const override {
    if (key != "sk_test_1" && key != "pk_test_1") return std::nullopt;
    ports::KnownKey known;
    known.store = StoreId{"s1"};
    known.key_id = key;
    known.kind = key.starts_with("sk") ? ports::KeyKind::kSecret : ports::KeyKind::kPublishable;
    return known;
  }
};

/// Every platform publishes the same profile.
class OneProfile final : public ports::PlatformProfiles {
 public:
  asio::awaitable<Result<std::shared_ptr<const ports::PlatformProfile>>> fetch(std::string url, bool) override {
    auto profile = std::make_shared<ports::PlatformProfile>();
    profile->url = std::move(url);
    profile->readable = true;
    profile->version = kUcpVersion;
    profile->document = document;
    co_return std::shared_ptr<const ports::PlatformProfile>(std::move(profile));
  }
  json::object document;
};

class NoGateways final : public payments::Gateways {
 public:
  asio::awaitable<payments::ChargeReply> charge(const payments::GatewayConfig&, const payments::ChargeRequest&,
                                                std::chrono::milliseconds) override {
    co_return payments::ChargeReply{};
  }
  asio::awaitable<payments::ChargeReply> find(const payments::GatewayConfig&, const payments::ChargeRequest&,
                                              std::chrono::milliseconds) override {
    co_return payments::ChargeReply{};
  }
  asio::awaitable<payments::ChargeReply> give_back(const payments::GatewayConfig&, const payments::ChargeRequest&,
                                                   std::string_view, Money, std::string_view,
                                                   std::chrono::milliseconds) override {
    co_return payments::ChargeReply{};
  }
};

class NoShoppers final : public ports::ShopperDirectory {
 public:
  asio::awaitable<Result<std::optional<ports::KnownShopper>>> by_email(const StoreId&, std::string_view) override {
    co_return std::optional<ports::KnownShopper>{};
  }
};

class NoLastEdits final : public ports::LastEdits {
 public:
  void note(const CheckoutId&, ports::SessionVersion) noexcept override {}
  [[nodiscard]] bool is_last(const CheckoutId&, ports::SessionVersion) const noexcept override { return false; }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

class OrderBench : public testing::Test, public OrderStores {
 protected:
  OrderBench() {
    snapshots.snapshot->store = store;
    snapshots.snapshot->settings.name = "Flower shop";
    snapshots.snapshot->settings.currencies = {*Currency::from_code("USD")};
    snapshots.snapshot->settings.platform_profiles = ports::ProfilePolicy::kPermissive;
    snapshots.snapshot->signing = signer.generate().value();
    snapshots.snapshot->signing.jwk.kid = "k1";
  }

  void serve(bool sandbox) {
    order_services.emplace(OrderServices{ucp, orders, sandbox});
    add_order_routes(router, *order_services);
    if (sandbox) add_simulation_routes(router, simulation);
  }

  http::Response call(http::Method method, const std::string& path, const Headers& headers,
                      const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.scheme = "https";
    request.body = body;
    request.headers.emplace_back("host", "shop.example");
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    const auto match = router.find(request);
    if (match.route == nullptr) return {match.method_not_allowed ? 405 : 404, "no route"};
    return run(match.route->handler(request));
  }
  http::Response get_order(const std::string& id, const Headers& headers) {
    return call(http::Method::kGet, "/ucp/v1/orders/" + id, headers);
  }
  http::Response put_order(const std::string& id, const json::value& body) {
    const Headers headers{agent(), {"content-type", "application/json"}};
    return call(http::Method::kPut, "/ucp/v1/orders/" + id, headers, json::serialize(body));
  }
  static std::pair<std::string, std::string> agent(std::string_view profile = kPlatform) {
    return {"ucp-agent", "profile=\"" + std::string(profile) + "\""};
  }
  static json::object body_of(const http::Response& response) { return json::parse(response.payload()).as_object(); }

  OneSnapshot snapshots;
  OneStore directory;
  OneProfile profiles;
  platform::OpenSslSigner signer;
  NoGateways gateways;
  NoShoppers shoppers;
  NoLastEdits last_edits;
  catalog::MemoryStockView stock;
  platform::NullFailpoints failpoints;
  platform::MemorySessionCache cache{clock};
  checkout::Sessions sessions{{main.store(), cache, persons, box, last_edits, clock, log}};
  checkout::Renderers renderers;
  checkout::OrderNumbers numbers{main.store(), clock, [] {}};
  checkout::CheckoutService checkouts{{.store = main.store(),
                                       .sessions = sessions,
                                       .snapshots = snapshots,
                                       .persons = persons,
                                       .box = box,
                                       .gateways = gateways,
                                       .stock = stock,
                                       .shoppers = shoppers,
                                       .renderers = renderers,
                                       .numbers = numbers,
                                       .clock = clock,
                                       .random = random,
                                       .failpoints = failpoints,
                                       .log = log,
                                       .metrics = metrics,
                                       .wake_outbox = [] {}}};
  UcpRenderer renderer{Links("https://shop.example", box)};
  UcpServices ucp{checkouts, snapshots, directory, profiles, renderer, signer, "https://shop.example",
                  clock,     box,       random};
  orders::Orders orders{
      {main.store(), persons, box, clock, random, log, "ucp", order_event_renderer(renderer.links()), [] {}}};
  SimulationServices simulation{orders, directory, std::string(kSecret)};
  std::optional<OrderServices> order_services;
  http::Router router;
};

}  // namespace kassa::protocol
