#pragma once
// The compiled zone table. Private to shipping/core: others hold a ZoneTable by shared pointer. Immutable
// after compile_zones(), so any thread may quote with it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shipping/core/zones.hpp"

namespace kassa::shipping {

enum class RateBy : unsigned char { kFlat, kWeight, kPrice, kCount };

/// Half-open: from <= measure < to. Without `to` it has no upper end.
struct Band {
  std::int64_t from{};
  std::optional<std::int64_t> to;
  std::int64_t amount{};
};

/// Bands of one currency, ascending and without gaps; a flat price is one band from 0.
struct BandList {
  Currency currency;
  std::vector<Band> bands;
};

/// Variants, products and tags; an item is in it when it is named in any of the three. Each list is sorted.
struct Goods {
  std::vector<std::string> variants;
  std::vector<std::string> products;
  std::vector<std::string> tags;

  [[nodiscard]] bool empty() const noexcept { return variants.empty() && products.empty() && tags.empty(); }
};

struct Rate {
  std::string id;
  std::string title;
  std::string free_title;  ///< Shown instead when the rate is waived; empty: the title.
  std::string description;
  std::string carrier;
  RateBy by{RateBy::kFlat};
  std::vector<BandList> prices;
  std::vector<std::pair<Currency, std::int64_t>> free_over;
  std::optional<std::pair<std::int64_t, std::int64_t>> days;  ///< Earliest, latest.
  Goods only_for;
  Goods free_for;
};

/// One way in which a zone covers a place; the zone's countries, regions and prefixes spelled out.
struct Zone {
  std::string id;
  std::string name;
  bool any_country{};
  std::vector<std::string> countries;
  std::vector<std::string> regions;
  std::vector<std::string> postal_prefixes;
  bool no_service{};
  std::vector<Rate> rates;
};

class ZoneTable {
 public:
  std::vector<Zone> zones;
  std::unordered_map<std::string, std::size_t> places;  ///< place_* key -> zone.
  std::unordered_map<std::string, PlaceParts> parts;    ///< Countries that are not one place everywhere.
  std::size_t prefix_bytes_max{};                       ///< Length of the longest postal prefix.
  bool names_goods{};                                   ///< Some rate is for certain goods, or free for them.
};

inline constexpr std::string_view kAnyPlace = "*";

/// Keys of places. Countries and regions in capitals; postal codes in capitals without spaces and dashes.
[[nodiscard]] std::string place_of_region(std::string_view country, std::string_view region);
[[nodiscard]] std::string place_of_prefix(std::string_view country, std::string_view prefix);
[[nodiscard]] std::string normal_word(std::string_view text);
[[nodiscard]] std::string normal_postal(std::string_view text);
/// "US-CA" and "California" in US are "CA".
[[nodiscard]] std::string normal_region(std::string_view country, std::string_view region);

}  // namespace kassa::shipping
