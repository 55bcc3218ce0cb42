#pragma once
// Data keys of persons. A new key is usable at once and durable after `settle`; whatever is sealed under it must not be
// committed before.

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "services/base/id.hpp"
#include "services/base/result.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

class PersonKeys {
 public:
  virtual ~PersonKeys() = default;

  /// A new person with a key in memory.
  virtual PersonId create(const StoreId& store) = 0;

  /// The person's key; kNotFound once erased.
  virtual asio::awaitable<Result<DataKey>> key_of(const StoreId& store, const PersonId& person) = 0;

  /// Makes the keys of these persons durable; returns at once for those that are.
  virtual asio::awaitable<Result<void>> settle(StoreId store, std::vector<PersonId> persons) = 0;

  /// Destroys the key: everything sealed under it is gone.
  virtual asio::awaitable<Result<void>> erase(const StoreId& store, const PersonId& person) = 0;
};

}  // namespace kassa::ports
