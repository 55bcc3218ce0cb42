#include <algorithm>

#include "shipping/core/parse.hpp"

namespace kassa::shipping {
namespace {

class Places {
 public:
  Places(ZoneTable& table, Problems& problems) : table_(table), problems_(problems) {}

  void add(std::size_t zone) {
    const Zone& made = table_.zones[zone];
    const Path path = "/zones/" + std::to_string(zone);
    if (made.any_country) return claim(std::string(kAnyPlace), zone, path + "/countries");
    const bool whole = made.regions.empty() && made.postal_prefixes.empty();
    for (std::size_t i = 0; whole && i < made.countries.size(); ++i) {
      claim(made.countries[i], zone, below(path + "/countries", i));
    }
    if (whole || made.countries.empty()) return;
    const std::string& country = made.countries.front();
    PlaceParts& parts = table_.parts[country];
    parts.region = parts.region || !made.regions.empty();
    parts.postal_code = parts.postal_code || !made.postal_prefixes.empty();
    for (std::size_t i = 0; i < made.regions.size(); ++i) {
      claim(place_of_region(country, made.regions[i]), zone, below(path + "/regions", i));
    }
    for (std::size_t i = 0; i < made.postal_prefixes.size(); ++i) {
      const std::string& prefix = made.postal_prefixes[i];
      parts.postal_digits = parts.postal_digits && !prefix.empty() && prefix.front() >= '0' && prefix.front() <= '9';
      table_.prefix_bytes_max = std::max(table_.prefix_bytes_max, made.postal_prefixes[i].size());
      claim(place_of_prefix(country, made.postal_prefixes[i]), zone, below(path + "/postal_prefixes", i));
    }
  }

 private:
  void claim(std::string place, std::size_t zone, const Path& path) {
    const auto [holder, fresh] = table_.places.emplace(std::move(place), zone);
    if (fresh) return;
    fault(problems_, path, "zone_overlap",
          "Zone \"" + table_.zones[holder->second].id + "\" already covers this place.",
          "A place belongs to one zone; only a narrower place (postal prefix, region) may lie inside a wider "
          "one.");
  }

  ZoneTable& table_;
  Problems& problems_;
};

}  // namespace

std::shared_ptr<const ZoneTable> compile_zones(const json::object& document, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  auto table = std::make_shared<ZoneTable>();
  ObjectReader reader(document, {}, problems);
  refuse_other_members(reader, {"zones"});
  reader.require("zones");
  const json::array* const zones = reader.array("zones", kZonesMax);
  for (std::size_t i = 0; zones != nullptr && i < zones->size(); ++i) {
    const Path path = below("/zones", i);
    const json::object* const object = (*zones)[i].if_object();
    if (object == nullptr) fault(problems, path, "type_mismatch", "A zone must be an object.");
    Zone zone = object == nullptr ? Zone{} : parse_zone(*object, path, problems);
    if (!zone.id.empty() && std::ranges::find(table->zones, zone.id, &Zone::id) != table->zones.end()) {
      fault(problems, path + "/id", "duplicate_id", "Another zone has this id.");
    }
    table->zones.push_back(std::move(zone));
  }
  Places places(*table, problems);
  for (std::size_t i = 0; i < table->zones.size(); ++i) places.add(i);
  for (const Zone& zone : table->zones) {
    for (const Rate& rate : zone.rates) {
      table->names_goods = table->names_goods || !rate.only_for.empty() || !rate.free_for.empty();
    }
  }
  if (problems.size() != before) return nullptr;
  return table;
}

}  // namespace kassa::shipping
