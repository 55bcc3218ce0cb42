#pragma once
// Known shoppers of a store, found by their e-mail address through a blind index.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/base/id.hpp"
#include "services/base/result.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

struct SavedAddress {
  std::string id;
  std::string first_name, last_name, phone;
  std::string street, extended, locality, region, postal_code, country;
};

/// Why no tax is taken of somebody, as the merchant has checked it.
struct TaxExemption {
  std::string reason;  ///< "resale", "diplomatic" ...; empty: there is no exemption.
  std::string id;      ///< Number of the certificate.
  friend bool operator==(const TaxExemption&, const TaxExemption&) = default;
};

struct KnownShopper {
  PersonId person;
  std::string first_name, last_name, email, phone;
  std::vector<SavedAddress> addresses;
  std::vector<std::string> segments{};  ///< Of the merchant's, for discount rules and price lists.
  TaxExemption tax_exemption{};
};

class ShopperDirectory {
 public:
  virtual ~ShopperDirectory() = default;
  virtual asio::awaitable<Result<std::optional<KnownShopper>>> by_email(const StoreId& store,
                                                                        std::string_view email) = 0;
};

}  // namespace kassa::ports
