#include "services/shoppers/person_keys.hpp"

namespace kassa::shoppers {
namespace {

constexpr std::size_t kEntriesMax = 100'000;
/// The keys database has no such key soon after; until then whoever has just read it must not put it back.
constexpr std::chrono::hours kForgottenLife{1};

std::string name_of(const StoreId& store, const PersonId& person) { return store.value + "|" + person.value; }

}  // namespace

std::optional<ports::DataKey> CachedPersonKeys::cached(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.key);
}

void CachedPersonKeys::keep(const std::string& name, const ports::DataKey& key, bool durable) {
  Entry entry;
  entry.key = key;
  entry.durable = durable;
  const std::scoped_lock lock(mutex_);
  if (durable && forgotten_.contains(name)) return;
  // Durable keys can be read again; one that is not yet durable exists only here.
  for (auto it = entries_.begin(); it != entries_.end() && entries_.size() >= kEntriesMax;) {
    it = it->second.durable ? entries_.erase(it) : std::next(it);
  }
  entries_.insert_or_assign(name, std::move(entry));
}

void CachedPersonKeys::forget(const StoreId& store, const PersonId& person) {
  const std::scoped_lock lock(mutex_);
  forgotten_.insert_or_assign(name_of(store, person), clock_.now());
  entries_.erase(name_of(store, person));
}

PersonId CachedPersonKeys::create(const StoreId& store) {
  auto person = make_id<PersonId>("per_", clock_, random_);
  keep(name_of(store, person), box_.new_key(), false);
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = fresh_.empty();
    fresh_[store].push_back(person);
  }
  if (first) has_fresh_();
  return person;
}

std::size_t CachedPersonKeys::forgotten() const {
  const std::scoped_lock lock(mutex_);
  return forgotten_.size();
}

asio::awaitable<Result<void>> CachedPersonKeys::settle_fresh() {
  std::map<StoreId, std::vector<PersonId>> fresh;
  {
    const std::scoped_lock lock(mutex_);
    const Instant over = clock_.now() - kForgottenLife;
    std::erase_if(forgotten_, [over](const auto& entry) { return entry.second < over; });
    fresh.swap(fresh_);
  }
  // A failure loses nothing: whoever seals something durable with a key settles it first.
  for (auto& entry : fresh) {
    KASSA_CO_TRY(co_await settle(entry.first, std::move(entry.second)));
  }
  co_return ok();
}

asio::awaitable<Result<ports::DataKey>> CachedPersonKeys::key_of(const StoreId& store, const PersonId& person) {
  if (auto key = cached(name_of(store, person))) co_return *key;
  KASSA_CO_TRY(auto found, co_await table_.find(store, person));
  if (!found) co_return Error{Errc::kNotFound, "no such person"};
  keep(name_of(store, person), *found, true);
  co_return *found;
}

asio::awaitable<Result<void>> CachedPersonKeys::settle(StoreId store, std::vector<PersonId> persons) {
  ports::Transaction transaction("person", store);
  const std::int64_t now = to_millis(clock_.now());
  {
    const std::scoped_lock lock(mutex_);
    for (const PersonId& person : persons) {
      const auto found = entries_.find(name_of(store, person));
      if (found == entries_.end() || found->second.durable) continue;
      const auto& bytes = found->second.key.bytes();
      transaction.add(
          ports::Step("INSERT INTO person_key (store_id, person_id, sealed_key, created_at) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (store_id, person_id) DO NOTHING",
                      {store.value, person.value, box_.seal(person_key_aad(store, person), as_text(bytes)), now}));
    }
  }
  if (transaction.steps.empty()) co_return ok();
  KASSA_CO_TRY(auto done, co_await keys_.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kStoreUnavailable, "person keys were not kept"};
  const std::scoped_lock lock(mutex_);
  for (const PersonId& person : persons) {
    const auto found = entries_.find(name_of(store, person));
    if (found != entries_.end()) found->second.durable = true;
  }
  co_return ok();
}

asio::awaitable<Result<void>> CachedPersonKeys::erase(const StoreId& store, const PersonId& person) {
  {
    const std::scoped_lock lock(mutex_);
    entries_.erase(name_of(store, person));
  }
  ports::Transaction transaction("person", store);
  transaction.add(
      ports::Step("DELETE FROM person_key WHERE store_id = $1 AND person_id = $2", {store.value, person.value}));
  KASSA_CO_TRY(co_await keys_.commit(std::move(transaction)));
  // Somebody who read the key before it was destroyed may have put it back here.
  const std::scoped_lock lock(mutex_);
  entries_.erase(name_of(store, person));
  co_return ok();
}

}  // namespace kassa::shoppers
