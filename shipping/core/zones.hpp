#pragma once
// The zone table: which delivery options a package gets at which price. Pure; the most specific zone wins.
// Shape of the JSON document: docs/shipping.md.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/json.hpp"
#include "services/base/money.hpp"

namespace kassa::shipping {

struct Destination {
  std::string country;  ///< ISO 3166-1 alpha-2, upper case.
  std::string region;   ///< ISO 3166-2 subdivision without the country, or the merchant's word.
  std::string postal_code;
};

/// One item as rates see it.
struct PackageItem {
  std::string variant;
  std::string product;
  std::vector<std::string> tags;
};

/// What is to be sent together.
struct Package {
  Currency currency;
  std::int64_t items_total{};  ///< Minor units, after product and order discounts.
  std::int64_t grams{};
  std::int64_t pieces{};
  std::vector<std::string> variants;  ///< One per item, its variant id; read when `items` is empty.
  std::vector<PackageItem> items;     ///< For rates about certain products or tags.
};

struct Option {
  std::string id;  ///< Stable across quotes for the same rate.
  std::string title;
  std::string description;
  std::string carrier;
  std::int64_t amount{};  ///< Minor units of the package's currency.
  std::optional<Instant> earliest;
  std::optional<Instant> latest;
};

enum class Service : unsigned char { kOffered, kNoService, kNoZone };

struct Quote {
  Service service{Service::kNoZone};
  std::string zone;
  std::vector<Option> options;  ///< Ascending price, then id. May be empty in a zone that is served: no rate fits.
};

class ZoneTable;

/// Compiles a zone document; every fault at once (overlapping bands, unknown currency, duplicate ids); null
/// on any.
[[nodiscard]] std::shared_ptr<const ZoneTable> compile_zones(const json::object& document,
                                                             std::vector<Problem>& problems);

/// What of an address, besides its country, decides in which zone of the table it lies.
struct PlaceParts {
  bool region{false};
  bool postal_code{false};
  bool postal_digits{true};  ///< Every postal prefix of the country begins with a digit, so its codes do.
};
[[nodiscard]] PlaceParts parts_that_matter(const ZoneTable& table, std::string_view country);
/// A zone of the table names this region.
[[nodiscard]] bool names_region(const ZoneTable& table, std::string_view country, std::string_view region);

/// Some rate is about certain products or tags; otherwise nobody reads a package's `items`.
[[nodiscard]] bool names_goods(const ZoneTable& table) noexcept;

[[nodiscard]] Quote quote(const ZoneTable& table, const Destination& destination, const Package& package, Instant now);

}  // namespace kassa::shipping
