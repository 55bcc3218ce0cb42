#pragma once
// Zone tables, places and packages for the shipping tests, and quotes as one line of text.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/base/text.hpp"
#include "shipping/core/zones.hpp"

namespace kassa::shipping {

inline json::object zones_json(std::string_view text) { return parse_json(text).value().as_object(); }

/// Compiles a document that must be sound.
inline std::shared_ptr<const ZoneTable> sound(std::string_view text) {
  std::vector<Problem> problems;
  auto table = compile_zones(zones_json(text), problems);
  for (const Problem& problem : problems) {
    ADD_FAILURE() << problem.path << " " << problem.code << ": " << problem.message;
  }
  return table;
}

inline Destination to(std::string country, std::string region = {}, std::string postal_code = {}) {
  Destination out;
  out.country = std::move(country);
  out.region = std::move(region);
  out.postal_code = std::move(postal_code);
  return out;
}

inline Package parcel(std::int64_t items_total, std::int64_t grams = 500, std::int64_t pieces = 1,
                      std::string_view currency = "EUR") {
  Package out;
  out.currency = Currency::from_code(currency).value();
  out.items_total = items_total;
  out.grams = grams;
  out.pieces = pieces;
  return out;
}

inline Instant noon() { return from_rfc3339("2026-06-01T12:00:00Z").value(); }

/// "home: standard=490 express=1490"; "no zone"; "home: no service".
inline std::string quote_text(const ZoneTable& table, const Destination& destination, const Package& package) {
  const Quote quoted = quote(table, destination, package, noon());
  if (quoted.service == Service::kNoZone) return "no zone";
  std::string text = quoted.zone + ":";
  if (quoted.service == Service::kNoService) text += " no service";
  for (const Option& option : quoted.options) text += " " + option.id + "=" + std::to_string(option.amount);
  return text;
}

}  // namespace kassa::shipping
