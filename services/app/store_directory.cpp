#include "services/app/store_directory.hpp"

#include <array>
#include <span>

#include "services/base/api_key.hpp"
#include "services/base/hash.hpp"

namespace kassa::app {
namespace {

std::array<http::SipKey, 2> random_secrets(Random& random) {
  std::array<http::SipKey, 2> secrets;
  random.fill(std::as_writable_bytes(std::span(secrets)));
  return secrets;
}

}  // namespace

MemoryStoreDirectory::MemoryStoreDirectory(ports::Store& store, Random& random)
    : store_(store), checked_(random_secrets(random)) {}

std::optional<StoreId> MemoryStoreDirectory::by_host(std::string_view host) const {
  const std::shared_lock lock(mutex_);
  if (stores_.size() == 1) return stores_.front();
  // Several stores on one deployment: the first label of the host names the store.
  const std::string_view label = host.substr(0, host.find_first_of(".:"));
  for (const StoreId& store : stores_) {
    if (equals_ignoring_case(store.value, label)) return store;
  }
  return std::nullopt;
}

std::optional<ports::KnownKey> MemoryStoreDirectory::by_key(std::string_view key) const {
  if (auto checked = checked_.find(key, generation_.load(std::memory_order_acquire))) return checked;
  const auto parsed = parse_api_key(key);
  if (!parsed) return std::nullopt;
  const std::shared_lock lock(mutex_);
  const auto found = keys_.find(parsed->key_id);
  if (found == keys_.end() || !equal_secrets(found->second.hash, parsed->hash)) return std::nullopt;
  checked_.keep(key, generation_.load(std::memory_order_relaxed), found->second.key);
  return found->second.key;
}

asio::awaitable<Result<void>> MemoryStoreDirectory::refresh() {
  ports::Step read_stores("SELECT store_id FROM store ORDER BY store_id");
  KASSA_CO_TRY(auto store_rows, co_await store_.query(std::move(read_stores)));
  ports::Step read_keys("SELECT store_id, key_id, kind, mode, hash FROM api_key WHERE revoked_at IS NULL");
  KASSA_CO_TRY(auto key_rows, co_await store_.query(std::move(read_keys)));
  std::vector<StoreId> stores;
  for (const ports::Row& row : store_rows) stores.emplace_back(ports::as_string(row[0]));
  std::unordered_map<std::string, Entry> keys;
  for (const ports::Row& row : key_rows) {
    Entry entry;
    entry.key.store = StoreId{ports::as_string(row[0])};
    entry.key.key_id = ports::as_string(row[1]);
    entry.key.kind = ports::as_string(row[2]) == "sk" ? ports::KeyKind::kSecret : ports::KeyKind::kPublishable;
    entry.key.live = ports::as_string(row[3]) == "live";
    entry.hash = ports::as_string(row[4]);
    keys.emplace(entry.key.key_id, std::move(entry));
  }
  const std::unique_lock lock(mutex_);
  stores_ = std::move(stores);
  keys_ = std::move(keys);
  generation_.fetch_add(1, std::memory_order_release);
  co_return ok();
}

}  // namespace kassa::app
