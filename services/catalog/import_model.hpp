#pragma once
// What the files of a bundle say, read and checked but not yet compared with what the store holds. Plain
// data, made by the readers of this folder and consumed by the import plan.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/base/json.hpp"
#include "services/base/money.hpp"
#include "services/ports/sale_terms.hpp"

namespace kassa::catalog {

/// Where a row stands, for faults that only show when rows are compared.
struct Place {
  std::string file;
  std::int64_t line{};
};

struct PriceInput {
  Currency currency;
  std::int64_t amount{};
  std::optional<std::int64_t> compare_at;
};

struct VariantInput {
  Place place;
  std::string id;  ///< Empty until assign_variant_ids(), unless the file gives one.
  std::string title;
  std::string sku;
  std::string barcode;
  std::string image_url;
  std::string tax_class{"standard"};
  std::int64_t grams{};
  bool requires_shipping{true};
  bool taxable{true};
  bool tracked{true};
  bool backorder{false};
  bool gift_card{false};
  std::vector<PriceInput> prices;
  std::vector<std::string> options;  ///< Values, in the order of the product's option names.
  std::optional<std::int64_t> on_hand;
  ports::SaleTerms terms{};
  json::object attributes{};  ///< Of the merchant's own, by name; these go before the product's.
};

struct ProductInput {
  Place place;
  std::string id;
  std::string handle;
  std::string title;
  std::string vendor;
  std::string category;
  std::string description;
  std::string image_url;
  std::vector<std::string> tags;
  std::vector<std::string> images;
  std::vector<std::string> option_names;
  bool published{true};
  bool gift_card{false};
  bool all_prices{false};  ///< The file names every currency: prices in others are dropped.
  std::vector<VariantInput> variants;
  json::object attributes{};
};

struct StockInput {
  Place place;
  std::string variant;
  std::string location;  ///< Empty: the default location.
  std::int64_t on_hand{};
  std::optional<bool> backorder;  ///< Absent: as the variant says.
};

/// Its list's group and priority stand with the list.
struct ListPriceInput {
  Place place;
  std::string variant;
  ports::ListPrice price;
};

struct LocationInput {
  Place place;
  std::string id;
  std::string name;
  std::string country;
  std::string region;
  std::int64_t priority{};
};

struct RuleInput {
  Place place;
  std::string id;
  json::object body;
  std::optional<std::int64_t> uses_max;
};

struct GatewayInput {
  Place place;
  std::string id;
  std::string adapter;
  json::object body;                       ///< handler_id, handler_name, published, settings.
  std::optional<std::string> credentials;  ///< Secret; absent: keep what is stored.
};

/// A member is nullopt when the bundle has no file for it: that part of the store stays as it is.
struct BundleInput {
  std::optional<json::object> settings;
  std::optional<std::vector<ProductInput>> products;
  std::optional<std::vector<StockInput>> stock;
  std::optional<std::vector<LocationInput>> locations;
  std::optional<std::vector<RuleInput>> rules;
  std::optional<json::object> shipping;
  std::optional<json::array> taxes;
  std::optional<std::vector<GatewayInput>> gateways;
  std::optional<std::vector<ListPriceInput>> price_lists{};
  std::optional<json::array> price_list_names{};  ///< As it is stored.
};

}  // namespace kassa::catalog
