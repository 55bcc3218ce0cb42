#include "shipping/core/parse.hpp"

#include <algorithm>
#include <limits>

#include "services/base/country.hpp"
#include "services/base/limits.hpp"

namespace kassa::shipping {
namespace {

class ZoneParser {
 public:
  ZoneParser(const json::object& object, const Path& path, Problems& problems)
      : problems_(problems), reader_(object, path, problems) {}

  Zone parse() {
    refuse_other_members(reader_, {"id", "name", "countries", "regions", "postal_prefixes", "no_service", "rates"});
    reader_.require("id");
    zone_.id = reader_.text("id", limits::kIdBytesMax).value_or("");
    zone_.name = reader_.text("name", limits::kTextBytesMax).value_or(zone_.id);
    zone_.no_service = reader_.boolean("no_service").value_or(false);
    places();
    rates();
    return std::move(zone_);
  }

 private:
  void places() {
    reader_.require("countries");
    const json::value* const countries = reader_.raw().if_contains("countries");
    if (countries != nullptr && *countries == "*") {
      zone_.any_country = true;
    } else {
      zone_.countries = read_texts(reader_, "countries", kPlacesPerZoneMax);
      for (std::size_t i = 0; i < zone_.countries.size(); ++i)
        country(zone_.countries[i], below(reader_.path_of("countries"), i));
    }
    const bool one = zone_.countries.size() == 1;
    for (const std::string_view key : {"regions", "postal_prefixes"}) {
      if (reader_.has(key) && !reader_.is_null(key) && !one) {
        reader_.fault(key, "one_country_needed", "Regions and postal prefixes need exactly one country.",
                      "Make a zone for each country.");
      }
    }
    const std::string_view home = one ? std::string_view{zone_.countries.front()} : std::string_view{};
    zone_.regions = read_texts(reader_, "regions", kPlacesPerZoneMax);
    for (std::string& region : zone_.regions) region = normal_region(home, region);
    zone_.postal_prefixes = read_texts(reader_, "postal_prefixes", kPlacesPerZoneMax);
    for (std::size_t i = 0; i < zone_.postal_prefixes.size(); ++i) {
      std::string& prefix = zone_.postal_prefixes[i];
      prefix = normal_postal(prefix);
      if (prefix.empty())
        fault(problems_, below(reader_.path_of("postal_prefixes"), i), "empty_value_set", "This prefix is empty.");
    }
  }

  void country(std::string& code, const Path& path) {
    code = normal_word(code);
    if (is_country(code)) return;
    fault(problems_, path, "bad_country", "This is not an ISO 3166-1 alpha-2 code.",
          code == "UK" ? "The United Kingdom is \"GB\"." : "Use two letters, such as \"DE\".");
  }

  void rates() {
    const json::array* const list = reader_.array("rates", kRatesPerZoneMax);
    const bool some = list != nullptr && !list->empty();
    if (zone_.no_service && some) {
      reader_.fault("rates", "rates_without_service", "A zone without service has no rates.",
                    "Leave out one of the two.");
    }
    if (!zone_.no_service && !some && (list != nullptr || !reader_.has("rates"))) {
      reader_.fault("rates", "required", "A zone needs rates.",
                    R"(Say "no_service": true for places you do not deliver to.)");
    }
    if (list == nullptr) return;
    const Path here = reader_.path_of("rates");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json::object* const object = (*list)[i].if_object();
      if (object == nullptr) {
        fault(problems_, below(here, i), "type_mismatch", "A rate must be an object.");
        continue;
      }
      Rate rate = parse_rate(*object, below(here, i), problems_);
      if (!rate.id.empty() && std::ranges::find(zone_.rates, rate.id, &Rate::id) != zone_.rates.end()) {
        fault(problems_, below(here, i) + "/id", "duplicate_id", "Another rate of this zone has this id.");
      }
      zone_.rates.push_back(std::move(rate));
    }
  }

  Problems& problems_;
  ObjectReader reader_;
  Zone zone_;
};

}  // namespace

void fault(Problems& problems, const Path& path, std::string code, std::string message, std::string hint) {
  problems.push_back({path, std::move(code), std::move(message), std::move(hint)});
}

void refuse_other_members(ObjectReader& reader, std::initializer_list<std::string_view> known) {
  for (const auto& member : reader.raw()) {
    const std::string_view key = member.key();
    if (std::ranges::find(known, key) != known.end()) continue;
    std::string hint = "Known here:";
    for (const std::string_view name : known) hint.append(" ").append(name);
    reader.fault(key, "unknown_member", "This member is not known here.", std::move(hint) + ".");
  }
}

std::optional<std::int64_t> read_count(const json::value& value, const Path& path, std::int64_t max,
                                       Problems& problems) {
  if (!value.is_number()) {
    fault(problems, path, "type_mismatch", "This must be a whole number.");
    return std::nullopt;
  }
  constexpr auto kSignedMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_double() || (value.is_uint64() && value.get_uint64() > kSignedMax)) {
    fault(problems, path, "value_not_integer", "This number is not whole, or too large.",
          "Write minor units: 4.90 EUR is 490.");
    return std::nullopt;
  }
  const std::int64_t whole = value.is_int64() ? value.get_int64() : static_cast<std::int64_t>(value.get_uint64());
  if (whole < 0) {
    fault(problems, path, "amount_negative", "This cannot be negative.");
    return std::nullopt;
  }
  if (whole > max) {
    fault(problems, path, "out_of_range", "This number is too large.", "Use at most " + std::to_string(max) + ".");
    return std::nullopt;
  }
  return whole;
}

std::vector<std::string> read_texts(ObjectReader& reader, std::string_view key, std::size_t count_max) {
  std::vector<std::string> texts;
  const json::array* const list = reader.array(key, count_max);
  if (list == nullptr) return texts;
  if (list->empty()) reader.fault(key, "empty_value_set", "This list is empty.", "Name at least one, or leave it out.");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::string* const text = (*list)[i].if_string();
    if (text == nullptr || text->empty()) {
      fault(reader.problems(), below(reader.path_of(key), i), "type_mismatch",
            "This must be a string that is not empty.");
    } else {
      texts.emplace_back(text->data(), text->size());
    }
  }
  return texts;
}

Zone parse_zone(const json::object& object, const Path& path, Problems& problems) {
  return ZoneParser(object, path, problems).parse();
}

}  // namespace kassa::shipping
