#pragma once
// A store's settings as its merchant reads and replaces them: as a whole, and only over the revision that was
// read. The revision rises, and with it every process loads the store's snapshot again.

#include "services/admin/audit.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::admin {

struct StoredSettings {
  ports::StoreSettings settings;
  std::int64_t revision{};
};

class Settings {
 public:
  Settings(ports::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  asio::awaitable<Result<StoredSettings>> get(StoreId store);

  /// `settings` come from read_store_settings() without problems. kVersionConflict: the revision is another
  /// by now. kInvalidRequest: attributes for discount rules have faults, or rules ask for what is no longer declared;
  /// `problems` must outlive the call.
  asio::awaitable<Result<StoredSettings>> replace(Actor actor, StoreId store, ports::StoreSettings settings,
                                                  std::int64_t expected, std::vector<Problem>& problems);

 private:
  ports::Store& store_;
  const Clock& clock_;
};

}  // namespace kassa::admin
