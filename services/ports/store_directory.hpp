#pragma once
// Which store a request belongs to, and who is asking. Kept in memory, refreshed from the Store; never blocks.

#include <optional>
#include <string>
#include <string_view>

#include "services/base/id.hpp"

namespace kassa::ports {

enum class KeyKind : unsigned char { kPublishable, kSecret };

struct KnownKey {
  StoreId store;
  std::string key_id;
  KeyKind kind{KeyKind::kPublishable};
  bool live{false};
};

class StoreDirectory {
 public:
  virtual ~StoreDirectory() = default;
  /// By the request's Host (port ignored); with a single store, that one for any host.
  [[nodiscard]] virtual std::optional<StoreId> by_host(std::string_view host) const = 0;
  /// By a full key text ("pk_test_..."); constant time in the secret part. nullopt: unknown or revoked.
  [[nodiscard]] virtual std::optional<KnownKey> by_key(std::string_view key) const = 0;
};

}  // namespace kassa::ports
