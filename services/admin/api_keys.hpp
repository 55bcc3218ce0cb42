#pragma once
// The API keys of a store. Two live keys of a kind at most: the old and the new one while they are exchanged.
// The key's text exists only in the answer to its creation.

#include <optional>

#include "services/admin/audit.hpp"
#include "services/base/api_key.hpp"

namespace kassa::admin {

struct KeyInfo {
  std::string key_id;
  KeyKind kind{KeyKind::kPublishable};
  KeyMode mode{KeyMode::kTest};
  Instant created_at;
  std::optional<Instant> revoked_at;
};

struct CreatedKey {
  KeyInfo info;
  std::string text;  ///< Never stored, never logged.
};

class ApiKeys {
 public:
  ApiKeys(ports::Store& store, const Clock& clock, Random& random) : store_(store), clock_(clock), random_(random) {}

  /// By key id, the revoked ones too; page.after: a key id.
  asio::awaitable<Result<Page<KeyInfo>>> list(StoreId store, PageRequest page);

  /// In the store's own mode. kGuardFailed: two of the kind are live already.
  asio::awaitable<Result<CreatedKey>> create(Actor actor, StoreId store, KeyKind kind);

  /// Nothing happens to a key that is revoked already. kNotFound; kGuardFailed: it is the last secret key.
  asio::awaitable<Result<KeyInfo>> revoke(Actor actor, StoreId store, std::string key_id);

 private:
  asio::awaitable<Result<KeyInfo>> find(StoreId store, std::string key_id);

  ports::Store& store_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace kassa::admin
