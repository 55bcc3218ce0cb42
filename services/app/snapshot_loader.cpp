#include "services/app/snapshot_loader.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <limits>

#include "services/catalog/load.hpp"
#include "services/ports/product_shelf.hpp"

namespace kassa::app {
namespace {

using checkout::Snapshot;

constexpr std::chrono::milliseconds kLevelsLife{100};
constexpr std::int64_t kAllUsed = std::numeric_limits<std::int64_t>::max();  ///< Until the table is read again.

Error broken(std::string_view what, const std::vector<Problem>& problems) {
  const std::string first = problems.empty() ? "" : ": " + problems.front().path + " " + problems.front().message;
  return Error{Errc::kInternal, std::string(what) + " do not compile" + first};
}

/// `held`: what the store has been served with until now, or null.
Result<void> compile_rules(const CompiledRules& compiled, const std::vector<catalog::RuleBody>& bodies,
                           discounts::RuleSetPtr held, Snapshot& snapshot) {
  std::vector<discounts::RuleText> texts;
  texts.reserve(bodies.size());
  for (const catalog::RuleBody& body : bodies) texts.push_back({body.id, body.body});
  std::vector<Problem> problems;
  discounts::RuleSetup setup;
  setup.attributes = snapshot.settings.discount_attributes;
  snapshot.rules = compiled.compile(snapshot.store, std::move(held), texts, setup, problems);
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

bool nothing_left(const discounts::Usage& use, const discounts::RuleLimit& limit) {
  if (limit.global && use.used >= *limit.global) return true;
  return std::ranges::any_of(limit.budget, [&use](const auto& budget) {
    const auto spent = std::ranges::find(use.spent, budget.first, &std::pair<Currency, std::int64_t>::first);
    return use.used == kAllUsed || (spent != use.spent.end() && spent->second >= budget.second);
  });
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

struct SnapshotLoader::Ground {
  catalog::LoadedSettings loaded;
  std::vector<catalog::RuleBody> rules;
};

std::string signing_aad(const StoreId& store, std::string_view kid) {
  return "signing_key|" + store.value + "|" + std::string(kid);
}

SnapshotLoader::~SnapshotLoader() {
  for (auto& [store, waiting] : flights_) {
    for (auto& waiter : waiting) waiter->answer(Error{Errc::kStoreUnavailable, "the process is ending"});
  }
}

asio::awaitable<Result<SnapshotPtr>> SnapshotLoader::get(const StoreId& store) {
  if (auto known = peek(store)) co_return known;
  StoreId wanted = store;
  co_return co_await platform::submit_and_suspend<SnapshotPtr>(*this, std::move(wanted));
}

SnapshotPtr SnapshotLoader::peek(const StoreId& store) const {
  const std::shared_lock lock(mutex_);
  const auto found = held_.find(store);
  if (found == held_.end()) return nullptr;
  const Time now = now_.load(std::memory_order_relaxed);
  auto& asked_at = found->second.asked_at;
  // Written twice a second at most, so that readers on all threads share the line.
  if (asked_at.load(std::memory_order_relaxed) != now) asked_at.store(now, std::memory_order_relaxed);
  return found->second.snapshot;
}

std::vector<StoreId> SnapshotLoader::stores() const {
  const std::shared_lock lock(mutex_);
  std::vector<StoreId> held;
  held.reserve(held_.size());
  for (const auto& entry : held_) held.push_back(entry.first);
  return held;
}

std::size_t SnapshotLoader::size() const {
  const std::shared_lock lock(mutex_);
  return held_.size();
}

void SnapshotLoader::submit(StoreId store, platform::WaiterPtr<SnapshotPtr> waiter) {
  {
    const std::unique_lock lock(mutex_);
    auto& waiting = flights_[store];
    waiting.push_back(std::move(waiter));
    if (waiting.size() > 1) return;
  }
  asio::co_spawn(d_.worker, fly(std::move(store)), asio::detached);
}

asio::awaitable<void> SnapshotLoader::fly(StoreId store) {
  // Somebody may have asked just before the last load of this store was published.
  Result<SnapshotPtr> loaded = peek(store);
  if (!loaded.value()) loaded = co_await load_safely(store);
  std::vector<platform::WaiterPtr<SnapshotPtr>> waiting;
  {
    const std::unique_lock lock(mutex_);
    auto flight = flights_.extract(store);
    waiting = std::move(flight.mapped());
  }
  for (auto& waiter : waiting) waiter->answer(loaded);
}

/// What is wrong with one store's rows is told to whoever asks for that store, and ends nothing else.
asio::awaitable<Result<SnapshotPtr>> SnapshotLoader::load_safely(StoreId store) {
  try {
    co_return co_await load(store);
  } catch (const std::exception& broken_rows) {
    d_.log.error("snapshot.broken", {{"store", store.value}, {"why", broken_rows.what()}});
  }
  co_return Error{Errc::kInternal, "the store's data cannot be read"};
}

std::uint64_t SnapshotLoader::notes_of(const StoreId& store) const {
  const std::shared_lock lock(mutex_);
  const auto found = levels_.find(store);
  return found == levels_.end() ? 0 : found->second.notes;
}

discounts::RuleSetPtr SnapshotLoader::held_rules(const StoreId& store) const {
  const std::shared_lock lock(mutex_);
  const auto found = held_.find(store);
  return found == held_.end() ? nullptr : found->second.snapshot->rules;
}

SnapshotPtr SnapshotLoader::publish(std::shared_ptr<Snapshot> snapshot, std::vector<discounts::Usage> usage,
                                    std::uint64_t notes_before, std::optional<std::int64_t> goods_moves) {
  const std::unique_lock lock(mutex_);
  Levels& levels = levels_[snapshot->store];
  if (levels.notes != notes_before) {
    std::ranges::copy_if(levels.usage, std::back_inserter(usage),
                         [](const discounts::Usage& use) { return use.used == kAllUsed; });
    levels.wanted = true;
  }
  levels.usage = usage;
  snapshot->usage = std::move(usage);
  Held& held = held_[snapshot->store];
  if (!held.snapshot) held.asked_at = now_.load();
  if (held.snapshot && held.snapshot->revision > snapshot->revision) return held.snapshot;
  if (goods_moves) held.goods_moves = *goods_moves;
  held.snapshot = std::move(snapshot);
  return held.snapshot;
}

void SnapshotLoader::note_uses_returned(const StoreId& store) {
  const std::unique_lock lock(mutex_);
  // What is being loaded for the first time may have been read before.
  if (levels_.contains(store) || flights_.contains(store)) levels_[store].wanted = true;
}

void SnapshotLoader::note_used_up(const StoreId& store, const std::string& rule) {
  const std::unique_lock lock(mutex_);
  if (!held_.contains(store) && !flights_.contains(store)) return;
  Levels& levels = levels_[store];
  levels.wanted = true;
  const bool known =
      std::ranges::any_of(levels.usage, [&](const auto& use) { return use.rule_id == rule && use.used == kAllUsed; });
  if (known) return;
  levels.notes += 1;
  levels.usage.push_back({rule, kAllUsed});
  show_usage(store, levels);
}

/// To be called with the lock held.
void SnapshotLoader::show_usage(const StoreId& store, const Levels& levels) {
  const auto held = held_.find(store);
  if (held == held_.end()) return;
  auto next = std::make_shared<Snapshot>(*held->second.snapshot);
  next->usage = levels.usage;
  held->second.snapshot = std::move(next);
}

void SnapshotLoader::note_spent(const StoreId& store, const std::string& rule, Money spent) {
  const std::unique_lock lock(mutex_);
  if (!held_.contains(store)) return;
  Levels& levels = levels_[store];
  if (discounts::note_spent(levels.usage, rule, spent)) show_usage(store, levels);
}

asio::awaitable<Result<SnapshotPtr>> SnapshotLoader::load(StoreId store) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->store = store;
  const std::uint64_t notes = notes_of(store);
  // The revision is read first: what changes while the rest loads has a higher one and is loaded again.
  KASSA_CO_TRY(auto ground, co_await load_ground(store));
  catalog::LoadedSettings& loaded = ground.loaded;
  snapshot->settings = std::move(loaded.settings);
  snapshot->revision = loaded.revision;
  snapshot->live = loaded.live;
  std::vector<AttributeSpec> declared = snapshot->settings.discount_attributes;
  KASSA_CO_TRY(auto goods, co_await catalog::load_counted_catalog(d_.store, store, d_.stock, std::move(declared)));
  snapshot->catalog = std::move(goods);
  snapshot->shelf = std::make_shared<const ports::ProductShelf>(snapshot->catalog);
  KASSA_CO_TRY(compile_rules(compiled_, ground.rules, held_rules(store), *snapshot));
  KASSA_CO_TRY(snapshot->code_pools, co_await catalog::load_has_code_pools(d_.store, store));
  KASSA_CO_TRY(auto zones, co_await catalog::load_shipping(d_.store, store));
  KASSA_CO_TRY(compile_zones(zones, *snapshot));
  KASSA_CO_TRY(auto taxes, co_await catalog::load_taxes(d_.store, store));
  snapshot->taxes = tax_rates(taxes);
  KASSA_CO_TRY(auto gateways, co_await catalog::load_gateways(d_.store, d_.box, store));
  snapshot->gateways = std::move(gateways);
  KASSA_CO_TRY(auto all_gateways, co_await catalog::load_gateways(d_.store, d_.box, store, true));
  snapshot->all_gateways = std::move(all_gateways);
  KASSA_CO_TRY(auto usage, co_await catalog::load_discount_usage(d_.store, store));
  KASSA_CO_TRY(auto signing, co_await load_signing(store));
  snapshot->signing = std::move(signing);
  KASSA_CO_TRY(co_await catalog::load_stock(d_.store, store, d_.stock));
  note_limits(store, *snapshot->rules);
  co_return publish(std::move(snapshot), std::move(usage), notes, loaded.goods_moves);
}

/// Very many rules are read in pages, between which somebody may have changed them: half of the old and half of the new
/// ones were never the store's, nor were rules with settings that do not declare what they ask for. What else moves the
/// store's revision, products for one, does not matter here and may do so all the time.
asio::awaitable<Result<SnapshotLoader::Ground>> SnapshotLoader::load_ground(StoreId store) {
  constexpr int kTriesMax = 5;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    KASSA_CO_TRY(const auto before, co_await ground_mark(store));
    Ground ground;
    KASSA_CO_TRY(ground.loaded, co_await catalog::load_settings(d_.store, store));
    KASSA_CO_TRY(ground.rules, co_await catalog::load_rule_bodies(d_.store, store));
    KASSA_CO_TRY(const auto after, co_await ground_mark(store));
    if (before == after) co_return std::move(ground);
  }
  co_return Error{Errc::kStoreUnavailable, "the store's rules change faster than they can be read"};
}

asio::awaitable<Result<ports::Row>> SnapshotLoader::ground_mark(StoreId store) {
  ports::Step read(
      "SELECT store.settings, (SELECT max(discount.revision) FROM discount WHERE discount.store_id = $1) FROM store "
      "WHERE store.store_id = $1",
      {store.value});
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such store"};
  co_return std::move(rows.front());
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
  if (!held_.contains(store)) return false;  // Nobody is shown them, and a load reads them anyway.
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
  const auto read = co_await read_levels(store);
  if (!read) note_uses_returned(store);  // What was wanted still is.
  co_return read;
}

asio::awaitable<Result<void>> SnapshotLoader::read_levels(const StoreId& store) {
  const std::uint64_t notes = notes_of(store);
  KASSA_CO_TRY(co_await catalog::load_stock(d_.store, store, d_.stock));
  KASSA_CO_TRY(auto usage, co_await catalog::load_discount_usage(d_.store, store));
  if (const auto known = peek(store)) publish(std::make_shared<Snapshot>(*known), std::move(usage), notes);
  co_return ok();
}

void SnapshotLoader::note_limits(const StoreId& store, const discounts::RuleSet& rules) {
  std::unordered_map<std::string, discounts::RuleLimit> most;
  for (discounts::RuleLimit& limit : discounts::limits_of(rules)) {
    if (limit.global || !limit.budget.empty()) most.emplace(limit.rule_id, std::move(limit));
  }
  const std::unique_lock lock(mutex_);
  levels_[store].most = std::move(most);
}

/// Once a rule is used up nobody tries it here any more, so nothing else would find out that it is not.
void SnapshotLoader::want_used_up() {
  if (now_.load() - used_up_seen_ < d_.used_up_look) return;
  used_up_seen_ = now_.load();
  const std::unique_lock lock(mutex_);
  for (auto& [store, levels] : levels_) {
    const bool used_up = std::ranges::any_of(levels.usage, [&most = levels.most](const discounts::Usage& use) {
      const auto limit = most.find(use.rule_id);
      return limit != most.end() && nothing_left(use, limit->second);
    });
    levels.wanted = levels.wanted || used_up;
  }
}

asio::awaitable<void> SnapshotLoader::refresh() {
  now_ = std::chrono::steady_clock::now().time_since_epoch();
  want_used_up();
  for (const StoreId& store : wanted_levels()) {
    const auto read = co_await refresh_levels(store);
    if (!read) d_.log.warn("snapshot.levels_not_read", {{"store", store.value}, {"why", read.error().detail}});
  }
  co_await reload_changed();
  drop_rested();
}

/// Those asked for longest ago go first; what somebody may still be at work with stays, however many there are.
void SnapshotLoader::drop_rested() {
  std::vector<StoreId> gone;
  std::vector<SnapshotPtr> last;  // Large, so they end after the lock.
  {
    const std::unique_lock lock(mutex_);
    if (held_.size() <= d_.stores_max) return;
    std::vector<std::pair<Time, StoreId>> rested;
    for (const auto& [store, held] : held_) {
      if (now_.load() - held.asked_at.load() >= d_.rest) rested.emplace_back(held.asked_at.load(), store);
    }
    const std::size_t most = std::min(rested.size(), held_.size() - d_.stores_max);
    std::ranges::sort(rested);
    for (std::size_t i = 0; i < most; ++i) {
      const StoreId& store = rested[i].second;
      last.push_back(std::move(held_.at(store).snapshot));
      held_.erase(store);
      levels_.erase(store);
      gone.push_back(store);
    }
  }
  for (const StoreId& store : gone) d_.dropped(store);
}

}  // namespace kassa::app
