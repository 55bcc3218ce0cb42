#pragma once
// A code of a pool is in no rule: two would answer to it, one of them for one order alone. Where rules are kept one at
// a time the admin looks; this is the same for a bundle.

#include <boost/asio/awaitable.hpp>

#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

/// "duplicate_code" at each rule of the bundle that lists a code which a pool of the store has.
asio::awaitable<Result<void>> check_pool_codes(ports::Store& store, StoreId id, const BundleInput& bundle,
                                               ports::FaultList& faults);

/// The transaction that keeps these rules is refused when a pool has one of their codes by then.
void refuse_pool_codes(const StoreId& id, const BundleInput& bundle, ports::Transaction& transaction);

}  // namespace kassa::catalog
