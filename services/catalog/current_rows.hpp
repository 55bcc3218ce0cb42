#pragma once
// Reads what an import compares a bundle with.

#include <boost/asio/awaitable.hpp>

#include "services/catalog/import_plan.hpp"

namespace kassa::catalog {

/// A store that does not exist yet has no rows and revision 0. The caller commits under a guard on the
/// revision, so that these reads need no transaction around them.
boost::asio::awaitable<Result<CurrentRows>> load_current_rows(ports::Store& store, StoreId id);

}  // namespace kassa::catalog
