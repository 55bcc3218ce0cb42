#pragma once
// The keys of persons, in a database of their own. A key is durable before anything is sealed with it, and
// destroying it erases the person. Awaited on any executor; keeps nothing in memory.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store.hpp"

namespace kassa::shoppers {

namespace asio = boost::asio;

class PersonKeyTable {
 public:
  PersonKeyTable(ports::Store& keys, const ports::SecretBox& box, const Clock& clock)
      : keys_(keys), box_(box), clock_(clock) {}

  /// nullopt: there is none, or it was destroyed.
  asio::awaitable<Result<std::optional<ports::DataKey>>> find(StoreId store, PersonId person);
  /// The key, made and durable if there was none. Two callers at once get the same key.
  asio::awaitable<Result<ports::DataKey>> find_or_make(StoreId store, PersonId person);

 private:
  ports::Store& keys_;
  const ports::SecretBox& box_;
  const Clock& clock_;
};

/// Additional data of a sealed person key: "person_key|<store>|<person>".
[[nodiscard]] std::string person_key_aad(const StoreId& store, const PersonId& person);

}  // namespace kassa::shoppers
