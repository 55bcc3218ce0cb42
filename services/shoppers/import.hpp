#pragma once
// shoppers.ndjson of a store bundle: one shopper a line, sealed person by person. Joins the import as a
// BundlePart; used for one import, on its thread. Shoppers that are missing from the file stay: only erasure
// removes a person.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "services/ports/bundle_part.hpp"
#include "services/shoppers/directory.hpp"

namespace kassa::shoppers {

class ShopperFile final : public ports::BundlePart {
 public:
  ShopperFile(ports::Store& store, ports::Store& keys, const ports::SecretBox& box, const Clock& clock)
      : store_(store), box_(box), clock_(clock), keys_(keys, box, clock), directory_(store, keys, box, clock) {}

  [[nodiscard]] std::string file() const override { return "shoppers.ndjson"; }
  asio::awaitable<Result<void>> read(StoreId store, std::istream& in, ports::FaultList& faults,
                                     ports::ProgressMeter& progress) override;
  asio::awaitable<Result<std::int64_t>> stage(StoreId store, ports::Transaction& transaction) override;

 private:
  asio::awaitable<Result<bool>> was_erased(StoreId store, PersonId person);
  asio::awaitable<Result<void>> add_steps(StoreId store, const ports::KnownShopper& shopper,
                                          ports::Transaction& transaction);

  ports::Store& store_;
  const ports::SecretBox& box_;
  const Clock& clock_;
  PersonKeyTable keys_;
  StoredShoppers directory_;
  std::vector<ports::KnownShopper> shoppers_;
};

}  // namespace kassa::shoppers
