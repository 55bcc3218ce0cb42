#pragma once
// The admin routes over a real SQLite store with two merchants in it, asked as the dispatcher would ask them.

#include "services/admin/audit.hpp"
#include "services/base/api_key.hpp"
#include "services/catalog/stock_view_memory.hpp"
#include "services/protocol/admin/routes.hpp"
#include "tests/unit/checkout/shop.hpp"
#include "tests/unit/orders/bench.hpp"

namespace kassa {

/// A shop with nothing to sell until a test says otherwise, as its process loaded it: it stays at its first revision
/// until it catches up.
class AdminSnapshots final : public checkout::SnapshotSource {
 public:
  explicit AdminSnapshots(Database& main) : main_(main) { snapshot->store = StoreId{"s1"}; }

  boost::asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> get(const StoreId& store) override {
    auto copy = std::make_shared<checkout::Snapshot>(*snapshot);
    copy->store = store;
    copy->revision = revision - behind;
    co_return std::shared_ptr<const checkout::Snapshot>(std::move(copy));
  }
  boost::asio::awaitable<Result<void>> refresh_levels(const StoreId&) override { co_return ok(); }
  void note_used_up(const StoreId&, const std::string&) override {}
  void note_spent(const StoreId&, const std::string&, Money) override {}
  void note_uses_returned(const StoreId&) override {}
  std::shared_ptr<const checkout::Snapshot> peek(const StoreId&) const override { return snapshot; }

  std::shared_ptr<checkout::Snapshot> snapshot = checkout::snapshot_of(checkout::Shop{});
  std::int64_t revision{1};
  std::int64_t behind{0};  ///< How many revisions older than that the snapshot is.

  /// Compiles the rules that are on, as the process does when it sees that the revision has moved.
  void catch_up(std::vector<AttributeSpec> declared = {}) {
    revision = main_.number("SELECT revision FROM store WHERE store_id = 's1'");
    json::array rules;
    for (const auto& row : main_.rows("SELECT body FROM discount WHERE store_id = 's1' AND retired = 0")) {
      rules.push_back(json::parse(ports::as_string(row[0])));
    }
    discounts::RuleSetup setup;
    setup.attributes = snapshot->settings.discount_attributes = std::move(declared);
    std::vector<Problem> problems;
    snapshot->rules = discounts::compile(rules, setup, problems);
    EXPECT_TRUE(problems.empty());
  }

 private:
  Database& main_;
};

/// Keys straight from the table, so that what the routes write is what counts.
class TableDirectory final : public ports::StoreDirectory {
 public:
  explicit TableDirectory(Database& main) : main_(main) {}

  [[nodiscard]] std::optional<StoreId> by_host(std::string_view) const override { return std::nullopt; }
  [[nodiscard]] std::optional<ports::KnownKey> by_key(std::string_view text) const override {
    const auto parsed = parse_api_key(text);
    if (!parsed) return std::nullopt;
    const auto rows =
        main_.rows("SELECT store_id, kind, mode FROM api_key WHERE key_id = $1 AND hash = $2 AND revoked_at IS NULL",
                   {parsed->key_id, parsed->hash});
    if (rows.empty()) return std::nullopt;
    ports::KnownKey key;
    key.store = StoreId{ports::as_string(rows[0][0])};
    key.key_id = parsed->key_id;
    key.kind = ports::as_string(rows[0][1]) == "sk" ? ports::KeyKind::kSecret : ports::KeyKind::kPublishable;
    key.live = ports::as_string(rows[0][2]) == "live";
    return key;
  }

 private:
  Database& main_;
};

struct Answer {
  int status{};
  json::object body;
  http::HeaderList headers;
  std::string raw;  ///< The bytes of the body, whatever they are.

  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
  [[nodiscard]] std::string text(std::string_view key) const { return std::string(body.at(key).as_string()); }
  [[nodiscard]] const json::array& items() const { return body.at("items").as_array(); }
  /// The codes in "problems", with their paths.
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> out;
    for (const json::value& problem : body.at("problems").as_array()) {
      const json::object& object = problem.as_object();
      const std::string line = object.contains("line") ? std::to_string(object.at("line").as_int64()) + " " : "";
      out.push_back(line + std::string(object.at("path").as_string()) + " " +
                    std::string(object.at("code").as_string()));
    }
    return out;
  }
};

struct Ask {
  http::Method method{http::Method::kGet};
  std::string path;  ///< Below /admin/v1, with its query.
  std::string body;
  std::string key;
  http::HeaderList headers;
};

class AdminBench : public OrderStores {
 public:
  AdminBench() {
    add_store("s1");
    add_store("s2");
    secret = add_key("s1", KeyKind::kSecret);
    publishable = add_key("s1", KeyKind::kPublishable);
    other_secret = add_key("s2", KeyKind::kSecret);
    protocol::add_admin_routes(router, services);
  }

  void add_store(const std::string& id) {
    main.execute("INSERT INTO store (store_id, mode, settings, revision, created_at) VALUES ($1, 'test', $2, 1, 0)",
                 {id, std::string(R"({"name":"Shop","currencies":["USD","EUR"]})")});
  }

  std::string add_key(const std::string& id, KeyKind kind, KeyMode mode = KeyMode::kTest) {
    const NewApiKey key = make_api_key(kind, mode, random);
    main.execute("INSERT INTO api_key (store_id, key_id, kind, mode, hash, created_at) VALUES ($1, $2, $3, $4, $5, 0)",
                 {id, key.key_id, std::string(kind == KeyKind::kSecret ? "sk" : "pk"),
                  std::string(mode == KeyMode::kLive ? "live" : "test"), key.hash});
    return key.text;
  }

  /// A variant "v1" with `on_hand` pieces at location "l1", of which `reserved` are taken.
  void add_stock(const std::string& id, std::int64_t on_hand, std::int64_t reserved) {
    main.execute(
        "INSERT INTO product (store_id, product_id, handle, title, body, published, revision) "
        "VALUES ($1, 'p1', 'p1', 'P', '{}', 1, 1)",
        {id});
    main.execute(
        "INSERT INTO variant (store_id, variant_id, product_id, position, title, sku, body, grams, flags, "
        "revision) "
        "VALUES ($1, 'v1', 'p1', 1, '', '', '{}', 0, 7, 1)",
        {id});
    for (const char* const location : {"l1", "l2"}) {
      main.execute(
          "INSERT INTO location (store_id, location_id, name, country, region, priority, body) "
          "VALUES ($1, $2, '', 'US', '', 0, '')",
          {id, std::string(location)});
    }
    main.execute(
        "INSERT INTO stock (store_id, variant_id, location_id, on_hand, reserved) VALUES ($1, 'v1', 'l1', "
        "$2, $3)",
        {id, on_hand, reserved});
  }

  Answer ask(const Ask& ask) {
    const std::string target = "/admin/v1" + ask.path;
    const auto question = std::min(target.find('?'), target.size());
    http::Request request;
    request.method = ask.method;
    request.path = std::string_view(target).substr(0, question);
    request.query = std::string_view(target).substr(std::min(question + 1, target.size()));
    request.body = ask.body;
    request.remote_address = "192.0.2.7";
    request.request_id = "req_1";
    const std::string bearer = "Bearer " + ask.key;
    if (!ask.key.empty()) request.headers.emplace_back("Authorization", bearer);
    for (const auto& [name, value] : ask.headers) request.headers.emplace_back(name, value);
    if (!ask.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    const auto match = router.find(request);
    if (match.route == nullptr) throw std::runtime_error("no such route: " + target);
    const http::Response response = run(match.route->handler(request));
    Answer answer;
    answer.status = response.status;
    answer.headers = response.headers;
    answer.raw = response.payload();
    if (!answer.raw.empty() && response.content_type == "application/json") {
      answer.body = json::parse(answer.raw).as_object();
    }
    return answer;
  }

  Answer get(const std::string& path) { return ask({http::Method::kGet, path, "", secret, {}}); }
  using OrderStores::post;
  Answer post(const std::string& path, const std::string& body) {
    return ask({http::Method::kPost, path, body, secret, {}});
  }
  Answer put(const std::string& path, const std::string& body, const std::string& tag) {
    return ask({http::Method::kPut, path, body, secret, {{"If-Match", tag}}});
  }
  Answer create(const std::string& path, const std::string& body) {
    return ask({http::Method::kPut, path, body, secret, {{"If-None-Match", "*"}}});
  }
  Answer remove(const std::string& path) { return ask({http::Method::kDelete, path, "", secret, {}}); }

  /// Actions of the store's audit rows, oldest first; the chain must hold.
  std::vector<std::string> audited(const StoreId& of) {
    admin::AuditLog audit_log(main.store());
    EXPECT_TRUE(run(audit_log.verify(of)).value().valid);
    std::vector<std::string> actions;
    for (const auto& row : main.rows("SELECT action FROM audit WHERE store_id = $1 ORDER BY seq", {of.value})) {
      actions.push_back(ports::as_string(row[0]));
    }
    return actions;
  }
  std::vector<std::string> audited() { return audited(store); }

  const StoreId other{"s2"};
  std::string secret, publishable, other_secret;
  TableDirectory directory{main};
  catalog::MemoryStockView stock;
  AdminSnapshots snapshots{main};
  orders::Orders orders{{main.store(), persons, box, clock, random, log, "test", render, [] {}}};
  int wakes{};
  int reloads{};
  std::vector<std::string> forgotten;  ///< Persons whose open checkouts were to be dropped.
  protocol::AdminServices services{
      main.store(),
      directory,
      persons,
      stock,
      snapshots,
      orders,
      box,
      clock,
      random,
      log,
      [this] { ++wakes; },
      [this] { return reload(); },
      [this](const StoreId& of, const PersonId& person) { forgotten.push_back(of.value + " " + person.value); },
      [](StoreId, Bytes) -> boost::asio::awaitable<Result<void>> { co_return ok(); },
      [](ports::Store&, const StoreId& of, const AttemptId&, checkout::Decision, bool) { return decide(of); }};
  http::Router router;

 private:
  static std::string render(const StoreId&, const ports::OrderRecord&, const json::array&, const json::array&,
                            std::int64_t) {
    return {};
  }
  /// The one payment under review is the bench's own merchant's.
  static boost::asio::awaitable<Result<void>> decide(StoreId of) {
    if (of.value != "s1") co_return Error{Errc::kNotFound, "no such payment"};
    co_return ok();
  }
  boost::asio::awaitable<void> reload() {
    ++reloads;
    co_return;
  }
};

using Words = std::vector<std::string>;

}  // namespace kassa
