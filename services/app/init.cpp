#include <cstdio>

#include "services/admin/audit.hpp"
#include "services/app/commands.hpp"
#include "services/app/data_directory.hpp"
#include "services/app/run_to_end.hpp"
#include "services/app/snapshot_loader.hpp"
#include "services/base/api_key.hpp"
#include "services/platform/crypto/random.hpp"
#include "services/platform/crypto/signer.hpp"
#include "services/platform/obs/failpoints.hpp"
#include "services/platform/obs/log.hpp"
#include "services/platform/obs/metrics.hpp"
#include "services/platform/obs/system_clock.hpp"

namespace kassa::app {
namespace {

struct KeyPair {
  KeyMode mode{KeyMode::kTest};
  NewApiKey publishable;
  NewApiKey secret;
};

struct NewStore {
  StoreId id;
  KeyMode mode{KeyMode::kTest};
  std::vector<KeyPair> keys;  ///< Those of the store's own mode first.
  ports::SigningKey signing;
};

std::string word_of(KeyMode mode) { return mode == KeyMode::kLive ? "live" : "test"; }

KeyPair make_keys(KeyMode mode, Random& random) {
  KeyPair pair;
  pair.mode = mode;
  pair.publishable = make_api_key(KeyKind::kPublishable, mode, random);
  pair.secret = make_api_key(KeyKind::kSecret, mode, random);
  return pair;
}

void choose_keys(NewStore& store, bool live, Random& random) {
  if (live) {
    store.mode = KeyMode::kLive;
    store.keys.push_back(make_keys(KeyMode::kLive, random));
  }
  store.keys.push_back(make_keys(KeyMode::kTest, random));
}

ports::Step add_key(const NewStore& store, const NewApiKey& key, std::string kind, KeyMode mode, std::int64_t now) {
  return ports::Step(
      "INSERT INTO api_key (store_id, key_id, kind, mode, hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
      {store.id.value, key.key_id, std::move(kind), word_of(mode), key.hash, now});
}

void add_keys(ports::Transaction& transaction, const NewStore& store, std::int64_t now) {
  for (const KeyPair& pair : store.keys) {
    transaction.add(add_key(store, pair.publishable, "pk", pair.mode, now));
    transaction.add(add_key(store, pair.secret, "sk", pair.mode, now));
  }
}

/// Unless there is one.
void add_signing(ports::Transaction& transaction, const NewStore& store, const ports::SecretBox& box,
                 std::int64_t now) {
  transaction.add(
      ports::Step("INSERT INTO signing_key (store_id, kid, sealed_pem, created_at) SELECT $1, $2, $3, $4 "
                  "WHERE NOT EXISTS (SELECT 1 FROM signing_key WHERE store_id = $1 AND retired_at IS NULL)",
                  {store.id.value, store.signing.jwk.kid,
                   box.seal(signing_aad(store.id, store.signing.jwk.kid), store.signing.private_pem), now}));
}

ports::Transaction creation(const NewStore& store, const platform::Config& config, Currency currency,
                            const ports::SecretBox& box, std::int64_t now) {
  ports::StoreSettings settings;
  settings.name = config.name.empty() ? config.store : config.name;
  settings.currencies = {currency};
  ports::Transaction transaction("init", store.id);
  transaction.add(
      ports::Step("INSERT INTO store (store_id, mode, settings, revision, created_at) VALUES ($1, $2, $3, 1, $4) "
                  "ON CONFLICT (store_id) DO NOTHING",
                  {store.id.value, word_of(store.mode), json::serialize(ports::write_store_settings(settings)), now},
                  ports::Guard::exactly(1, "store_exists")));
  add_keys(transaction, store, now);
  add_signing(transaction, store, box, now);
  return transaction;
}

/// A store whose keys nobody has, because its making was cut off before they were shown or because they were lost, has
/// nobody who could ask for others. One that an import made has none to sign with, either.
asio::awaitable<Result<NewStore>> renew_keys(DataDirectory& data, const Clock& clock, Random& random, NewStore store) {
  ports::Step read("SELECT mode FROM store WHERE store_id = $1", {store.id.value});
  KASSA_CO_TRY(const auto rows, co_await data.main().query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "there is no store " + store.id.value};
  choose_keys(store, ports::as_string(rows[0][0]) == word_of(KeyMode::kLive), random);
  const std::int64_t now = to_millis(clock.now());
  ports::Transaction transaction("new_keys", store.id);
  transaction.add(ports::Step("UPDATE api_key SET revoked_at = $2 WHERE store_id = $1 AND revoked_at IS NULL",
                              {store.id.value, now}));
  add_keys(transaction, store, now);
  add_signing(transaction, store, data.box(), now);
  admin::Actor actor;
  actor.name = "kassad init";
  admin::AuditEntry entry(std::move(actor), "keys.renewed", store.id.value);
  admin::AuditedStore audited(data.main(), clock, std::move(entry));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kGuardFailed, "the keys were changed by somebody else; try again"};
  co_return std::move(store);
}

void print_keys(const NewStore& store, bool as_json) {
  if (!as_json) {
    std::printf("store            %s\n", store.id.value.c_str());
    for (const KeyPair& pair : store.keys) {
      std::printf("publishable key  %s\nsecret key       %s\n", pair.publishable.text.c_str(),
                  pair.secret.text.c_str());
    }
    std::printf("The keys are not shown again.\n");
    return;
  }
  json::object out;
  out["store"] = store.id.value;
  for (const KeyPair& pair : store.keys) {
    const std::string prefix = pair.mode == store.mode ? "" : word_of(pair.mode) + "_";
    out[prefix + "publishable_key"] = pair.publishable.text;
    out[prefix + "secret_key"] = pair.secret.text;
  }
  std::printf("%s\n", json::serialize(out).c_str());
}

int refuse_init(const std::string& why) {
  std::fprintf(stderr, "kassad init: %s\n", why.c_str());
  return kFailed;
}

}  // namespace

int run_init(const platform::Config& config) {
  const platform::SystemClock clock;
  platform::PrometheusMetrics metrics;
  platform::SpdlogLog log(clock, metrics, ports::Log::Level::kWarn);
  const auto failpoints = platform::make_failpoints(config.crash_at);
  if (!failpoints) return refuse_init(failpoints.error().detail);
  const platform::OpenSslSigner signer;
  platform::SodiumRandom random;
  const auto currency = Currency::from_code(config.currency);
  if (!currency) return refuse_init("unknown currency " + config.currency);
  DataDirectoryOptions options;
  options.folder = config.data;
  options.database = config.database;
  options.keys_database = config.keys_database;
  options.may_create = !config.new_keys;
  auto data = DataDirectory::open(options, *failpoints.value(), log, metrics, [] {});
  if (!data) return refuse_init(data.error().detail);
  NewStore store;
  store.id = StoreId{config.store};
  auto signing = signer.generate();
  if (!signing) return refuse_init(signing.error().detail);
  store.signing = std::move(signing).value();
  if (config.new_keys) {
    asio::io_context context(1);
    const auto renewed = run_to_end(context, renew_keys(*data.value(), clock, random, std::move(store)));
    if (!renewed.has_value()) return refuse_init(renewed.error().detail);
    print_keys(renewed.value(), config.json);
    return 0;
  }
  choose_keys(store, config.live, random);
  auto done = data.value()->main().commit_blocking(
      creation(store, config, *currency, data.value()->box(), to_millis(clock.now())));
  if (!done) return refuse_init(done.error().detail);
  if (!done.value().applied)
    return refuse_init("the store " + config.store + " exists already; --new-keys makes new keys for it");
  print_keys(store, config.json);
  return 0;
}

}  // namespace kassa::app
