#include <algorithm>

#include "services/base/country.hpp"
#include "shipping/core/table.hpp"

namespace kassa::shipping {
namespace {

/// Narrowest place first: the longest postal prefix, the region, the country, anywhere.
const Zone* zone_for(const ZoneTable& table, const Destination& destination) {
  const std::string country = normal_word(destination.country);
  if (!is_country(country)) return nullptr;
  const auto look_up = [&table](const std::string& place) -> const Zone* {
    const auto found = table.places.find(place);
    return found == table.places.end() ? nullptr : &table.zones[found->second];
  };
  const std::string postal = normal_postal(destination.postal_code).substr(0, table.prefix_bytes_max);
  for (std::size_t length = postal.size(); length > 0; --length) {
    if (const Zone* const zone = look_up(place_of_prefix(country, std::string_view(postal).substr(0, length))))
      return zone;
  }
  const std::string region = normal_region(country, destination.region);
  if (!region.empty()) {
    if (const Zone* const zone = look_up(place_of_region(country, region))) return zone;
  }
  if (const Zone* const zone = look_up(country)) return zone;
  return look_up(std::string(kAnyPlace));
}

bool listed(const std::vector<std::string>& sorted, const std::string& text) {
  return std::ranges::binary_search(sorted, text);
}

bool names_item(const Goods& goods, const PackageItem& item) {
  if (listed(goods.variants, item.variant) || listed(goods.products, item.product)) return true;
  return std::ranges::any_of(item.tags, [&goods](const std::string& tag) { return listed(goods.tags, tag); });
}

/// Every item, and at least one: an empty package is made of nothing special.
bool names_all(const Goods& goods, const Package& package) {
  if (!package.items.empty()) {
    return std::ranges::all_of(package.items, [&goods](const PackageItem& item) { return names_item(goods, item); });
  }
  return !package.variants.empty() && std::ranges::all_of(package.variants, [&goods](const std::string& variant) {
    return listed(goods.variants, variant);
  });
}

std::int64_t measure(RateBy by, const Package& package) {
  switch (by) {
    case RateBy::kWeight: return package.grams;
    case RateBy::kPrice: return package.items_total;
    case RateBy::kCount: return package.pieces;
    case RateBy::kFlat: return 0;
  }
  return 0;
}

struct Price {
  std::int64_t amount{};
  bool waived{false};
};

/// nullopt: the rate has no price for this package.
std::optional<Price> price(const Rate& rate, const Package& package) {
  const auto list = std::ranges::find(rate.prices, package.currency, &BandList::currency);
  if (list == rate.prices.end()) return std::nullopt;
  const std::int64_t value = measure(rate.by, package);
  const auto band = std::ranges::find_if(list->bands, [value](const Band& candidate) {
    return candidate.from <= value && (!candidate.to || value < *candidate.to);
  });
  if (band == list->bands.end()) return std::nullopt;
  const bool free_goods = !rate.free_for.empty() && names_all(rate.free_for, package);
  const bool free_total = std::ranges::any_of(rate.free_over, [&package](const auto& entry) {
    return entry.first == package.currency && package.items_total >= entry.second;
  });
  Price found;
  found.waived = free_goods || free_total;
  found.amount = found.waived ? 0 : band->amount;
  return found;
}

Option option_of(const Rate& rate, const Price& price, Instant now) {
  Option option;
  option.id = rate.id;
  option.title = price.waived && !rate.free_title.empty() ? rate.free_title : rate.title;
  option.description = rate.description;
  option.carrier = rate.carrier;
  option.amount = price.amount;
  if (rate.days) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    option.earliest = today + std::chrono::days(rate.days->first);
    option.latest = today + std::chrono::days(rate.days->second);
  }
  return option;
}

}  // namespace

PlaceParts parts_that_matter(const ZoneTable& table, std::string_view country) {
  const auto found = table.parts.find(std::string(country));
  return found == table.parts.end() ? PlaceParts{} : found->second;
}

bool names_region(const ZoneTable& table, std::string_view country, std::string_view region) {
  return table.places.contains(place_of_region(country, normal_region(country, region)));
}

bool names_goods(const ZoneTable& table) noexcept { return table.names_goods; }

Quote quote(const ZoneTable& table, const Destination& destination, const Package& package, Instant now) {
  Quote out;
  const Zone* const zone = zone_for(table, destination);
  if (zone == nullptr) return out;
  out.zone = zone->id;
  out.service = zone->no_service ? Service::kNoService : Service::kOffered;
  for (const Rate& rate : zone->rates) {
    if (!rate.only_for.empty() && !names_all(rate.only_for, package)) continue;
    if (const auto found = price(rate, package)) out.options.push_back(option_of(rate, *found, now));
  }
  std::ranges::sort(out.options, [](const Option& a, const Option& b) {
    return a.amount != b.amount ? a.amount < b.amount : a.id < b.id;
  });
  return out;
}

}  // namespace kassa::shipping
