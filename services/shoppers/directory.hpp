#pragma once
// Finding known shoppers by id or by e-mail (through a blind index), opened for the caller. Awaited on any
// executor.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "services/shoppers/person_key_table.hpp"
#include "services/shoppers/shopper.hpp"

namespace kassa::shoppers {

class StoredShoppers final : public ports::ShopperDirectory {
 public:
  StoredShoppers(ports::Store& store, ports::Store& keys, const ports::SecretBox& box, const Clock& clock)
      : store_(store), box_(box), keys_(keys, box, clock) {}

  /// nullopt: unknown, or erased.
  asio::awaitable<Result<std::optional<ports::KnownShopper>>> find(StoreId store, PersonId person);
  /// When several shoppers share an e-mail address: the one with the lowest id.
  asio::awaitable<Result<std::optional<ports::KnownShopper>>> by_email(const StoreId& store,
                                                                       std::string_view email) override;

 private:
  ports::Store& store_;
  const ports::SecretBox& box_;
  PersonKeyTable keys_;
};

/// Additional data of a sealed profile: "shopper|<store>|<person>".
[[nodiscard]] std::string profile_aad(const StoreId& store, const PersonId& person);

}  // namespace kassa::shoppers
