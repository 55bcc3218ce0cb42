#pragma once
// What this process serves a store with, for whoever judges its discount rules. Pure but for asking the snapshots.

#include <boost/asio/awaitable.hpp>

#include "services/admin/rule_book.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

[[nodiscard]] admin::RuleGround ground_in(const std::shared_ptr<const checkout::Snapshot>& snapshot);

/// Empty when the store's rows cannot be served: a merchant must be able to mend them.
boost::asio::awaitable<admin::RuleGround> rule_ground(const AdminServices& services, StoreId store);

}  // namespace kassa::protocol
