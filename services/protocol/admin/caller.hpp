#pragma once
// Who may use the admin routes: whoever holds a live secret key. The key names the store; there is no other
// way to name one, so that another store's ids are simply not found.

#include "services/admin/audit.hpp"
#include "services/http/message.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

struct AdminCaller {
  StoreId store;
  bool live{false};  ///< Of the key.
  admin::Actor actor;
};

/// kUnauthorized: no key, or none that we know. kForbidden: a publishable key.
[[nodiscard]] Result<AdminCaller> admin_caller(const http::Request& request, const ports::StoreDirectory& directory);

}  // namespace kassa::protocol
