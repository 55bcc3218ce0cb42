#include "services/app/snapshot_loader.hpp"

#include "services/catalog/load.hpp"

namespace kassa::app {
namespace {

using checkout::Snapshot;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

constexpr std::chrono::milliseconds kLevelsLife{100};

Error broken(std::string_view what, const std::vector<Problem>& problems) {
  const std::string first = problems.empty() ? "" : ": " + problems.front().path + " " + problems.front().message;
  return Error{Errc::kInternal, std::string(what) + " do not compile" + first};
}

Result<void> compile_rules(const json::array& rules, Snapshot& snapshot) {
  std::vector<Problem> problems;
  snapshot.rules = discounts::compile(rules, problems);
  if (!snapshot.rules) return broken("discount rules", problems);
  return ok();
}

Result<void> compile_zones(const std::optional<json::object>& document, Snapshot& snapshot) {
  std::vector<Problem> problems;
  json::object none;
  none["zones"] = json::array();
  snapshot.zones = shipping::compile_zones(document ? *document : none, problems);
  if (!snapshot.zones) return broken("shipping zones", problems);
  return ok();
}

std::vector<checkout::TaxRate> tax_rates(const std::vector<catalog::TaxRow>& rows) {
  std::vector<checkout::TaxRate> rates;
  for (const auto& row : rows) {
    checkout::TaxRate rate;
    rate.country = row.country;
    rate.region = row.region;
    rate.tax_class = row.tax_class;
    rate.name = row.name;
    rate.bps = row.bps;
    rate.shipping_taxed = row.shipping_taxed;
    rates.push_back(std::move(rate));
  }
  return rates;
}

}  // namespace

std::string signing_aad(const StoreId& store, std::string_view kid) {
  return "signing_key|" + store.value + "|" + std::string(kid);
}

asio::awaitable<Result<SnapshotPtr>> SnapshotLoader::get(const StoreId& store) {
  if (auto known = peek(store)) co_return known;
  co_return co_await load(store);
}

SnapshotPtr SnapshotLoader::peek(const StoreId& store) const {
  const std::shared_lock lock(mutex_);
  const auto found = snapshots_.find(store);
  return found == snapshots_.end() ? nullptr : found->second;
}

void SnapshotLoader::publish(const StoreId& store, SnapshotPtr snapshot) {
  const std::unique_lock lock(mutex_);
  SnapshotPtr& slot = snapshots_[store];
  if (!slot || slot->revision <= snapshot->revision) slot = std::move(snapshot);
}

asio::awaitable<Result<SnapshotPtr>> SnapshotLoader::load(StoreId store) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->store = store;
  // The revision is read first: what changes while the rest loads has a higher one and is loaded again.
  KASSA_CO_TRY(auto loaded, co_await catalog::load_settings(d_.store, store));
  snapshot->settings = std::move(loaded.settings);
  snapshot->revision = loaded.revision;
  snapshot->live = loaded.live;
  if (snapshot->settings.order_url.empty()) snapshot->settings.order_url = d_.public_url + "/orders/{order_id}";
  if (snapshot->settings.continue_url.empty())
    snapshot->settings.continue_url = d_.public_url + "/checkout/{checkout_id}";
  KASSA_CO_TRY(auto goods, co_await catalog::load_catalog(d_.store, store));
  snapshot->catalog = std::move(goods);
  KASSA_CO_TRY(auto rules, co_await catalog::load_discount_rules(d_.store, store));
  KASSA_CO_TRY(compile_rules(rules, *snapshot));
  KASSA_CO_TRY(auto zones, co_await catalog::load_shipping(d_.store, store));
  KASSA_CO_TRY(compile_zones(zones, *snapshot));
  KASSA_CO_TRY(auto taxes, co_await catalog::load_taxes(d_.store, store));
  snapshot->taxes = tax_rates(taxes);
  KASSA_CO_TRY(auto gateways, co_await catalog::load_gateways(d_.store, d_.box, store));
  snapshot->gateways = std::move(gateways);
  KASSA_CO_TRY(auto all_gateways, co_await catalog::load_gateways(d_.store, d_.box, store, true));
  snapshot->all_gateways = std::move(all_gateways);
  KASSA_CO_TRY(auto usage, co_await catalog::load_discount_usage(d_.store, store));
  snapshot->usage = std::move(usage);
  KASSA_CO_TRY(auto signing, co_await load_signing(store));
  snapshot->signing = std::move(signing);
  KASSA_CO_TRY(co_await catalog::load_stock(d_.store, store, d_.stock));
  SnapshotPtr value = std::move(snapshot);
  publish(store, value);
  co_return value;
}

asio::awaitable<Result<ports::SigningKey>> SnapshotLoader::load_signing(StoreId store) {
  ports::Step read(
      "SELECT kid, sealed_pem FROM signing_key WHERE store_id = $1 AND retired_at IS NULL "
      "ORDER BY created_at DESC LIMIT 1",
      {store.value});
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "the store has no signing key"};
  const std::string aad = signing_aad(store, ports::as_string(rows[0][0]));
  KASSA_CO_TRY(auto pem, d_.box.open(aad, ports::as_blob(rows[0][1])));
  co_return d_.signer.load(std::move(pem));
}

bool SnapshotLoader::levels_are_old(const StoreId& store) {
  const auto now = std::chrono::steady_clock::now();
  const std::unique_lock lock(mutex_);
  Levels& levels = levels_[store];
  levels.wanted = now - levels.read_at < kLevelsLife;
  if (levels.wanted) return false;
  levels.read_at = now;
  return true;
}

std::vector<StoreId> SnapshotLoader::wanted_levels() {
  const std::unique_lock lock(mutex_);
  std::vector<StoreId> stores;
  for (const auto& [store, levels] : levels_) {
    if (levels.wanted) stores.push_back(store);
  }
  return stores;
}

asio::awaitable<Result<void>> SnapshotLoader::refresh_levels(const StoreId& store) {
  // When thousands lose the race for the last ten, one of them reads the table for all, and refresh() once more.
  if (!levels_are_old(store)) co_return ok();
  KASSA_CO_TRY(co_await catalog::load_stock(d_.store, store, d_.stock));
  KASSA_CO_TRY(auto usage, co_await catalog::load_discount_usage(d_.store, store));
  if (const auto known = peek(store)) {
    auto next = std::make_shared<Snapshot>(*known);
    next->usage = std::move(usage);
    publish(store, std::move(next));
  }
  co_return ok();
}

asio::awaitable<void> SnapshotLoader::refresh() {
  for (const StoreId& store : wanted_levels()) {
    const auto read = co_await refresh_levels(store);
    if (!read) d_.log.warn("snapshot.levels_not_read", {{"store", store.value}, {"why", read.error().detail}});
  }
  std::vector<std::pair<StoreId, std::int64_t>> known;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [store, snapshot] : snapshots_) known.emplace_back(store, snapshot->revision);
  }
  for (const auto& entry : known) {
    const auto revision = co_await catalog::load_revision(d_.store, entry.first);
    if (!revision || revision.value() == entry.second) continue;
    const auto loaded = co_await load(entry.first);
    if (!loaded) d_.log.error("snapshot.not_loaded", {{"store", entry.first.value}, {"why", loaded.error().detail}});
  }
}

}  // namespace kassa::app
