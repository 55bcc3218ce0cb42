#pragma once
// A store's settings: who sells, in which currencies and countries, with which postures. Read from the store row's
// JSON; the file infra/sample-store/store.json shows every member.

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/base/apportion.hpp"
#include "services/base/attribute.hpp"
#include "services/base/clock.hpp"
#include "services/base/currency.hpp"
#include "services/base/json.hpp"

namespace kassa::ports {

enum class BusinessErrors : unsigned char { kInBand, kHttp4xx };
enum class ProfilePolicy : unsigned char { kStrict, kPermissive };
/// Who is shown a known shopper's saved addresses when a checkout names the shopper's e-mail.
enum class SavedAddresses : unsigned char { kNever, kPlatforms };

struct StoreLink {
  std::string type;
  std::string url;
  std::string title;
};

/// Letters go through the deployment's own relay.
inline constexpr std::string_view kConfirmByMail = "mail";

struct StoreSettings {
  std::string name;
  std::vector<Currency> currencies;  ///< The first is the default; never empty.
  std::string country{"US"};
  std::string region;  ///< Of the country, where its taxes depend on it; may be empty.
  std::vector<StoreLink> links;
  std::string continue_url;  ///< Template with {checkout_id}; empty: Kassa's own page.
  std::string order_url;     ///< Template with {order_id}; empty: Kassa's own page.
  std::vector<std::string> cors_origins;
  BusinessErrors business_errors{BusinessErrors::kInBand};
  int version_error_status{422};
  ProfilePolicy platform_profiles{ProfilePolicy::kStrict};
  SavedAddresses saved_addresses{SavedAddresses::kNever};
  bool prices_include_tax{false};
  Rounding rounding{Rounding::kHalfUp};
  Millis checkout_life{std::chrono::hours{6}};
  Millis reservation_life{std::chrono::minutes{15}};
  std::vector<std::pair<std::string, Currency>> currency_by_country{};  ///< Of checkouts that name none; by country.
  std::vector<AttributeSpec> discount_attributes{};                     ///< The merchant's own, for discount rules.
  bool tax_exempt_shoppers{false};  ///< Shoppers may have a tax exemption, so that buyers are looked up.
  int recorded_carts_percent{0};    ///< Share of checkouts whose carts are kept, without the buyer, to try rules on.
  std::string confirmation{};  ///< What tells buyers of their orders: kConfirmByMail, an address of a webhook, or none.
};

/// Reads settings, with every fault at once; unknown members are faults (a typo must not be silent).
[[nodiscard]] StoreSettings read_store_settings(const json::object& object, std::vector<Problem>& problems);
[[nodiscard]] json::object write_store_settings(const StoreSettings& settings);

}  // namespace kassa::ports
