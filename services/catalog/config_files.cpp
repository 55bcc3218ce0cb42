#include "services/catalog/config_files.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "discounts/engine.hpp"
#include "discounts/unfilled.hpp"
#include "services/base/country.hpp"
#include "services/base/limits.hpp"
#include "services/catalog/cell.hpp"
#include "shipping/core/zones.hpp"

namespace kassa::catalog {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::int64_t kPriorityMax = 1'000'000;
constexpr std::int64_t kBpsMax = 10'000;

std::string text_or_none(ObjectReader& reader, std::string_view key) {
  return reader.text(key, limits::kTextBytesMax).value_or("");
}

std::string required_id(ObjectReader& reader, std::string_view key) {
  reader.require(key);
  const auto id = reader.text(key, limits::kIdBytesMax);
  if (id && !is_id_text(*id, limits::kIdBytesMax))
    reader.fault(key, "bad_id", "An id has at least one byte and no spaces.");
  return id.value_or("");
}

std::string required_country(ObjectReader& reader) {
  reader.require("country");
  const auto country = reader.text("country", limits::kTextBytesMax);
  if (country && !is_country(*country)) {
    reader.fault("country", "bad_country", "A country is a two-letter code of ISO 3166-1 in capitals.");
  }
  return country.value_or("");
}

/// Calls `read(reader, line)` for each element that is an object; its problems become faults at its line.
template <class Read>
void each_object(std::string_view text, const std::string& file, ports::FaultList& faults, const Read& read) {
  for (const ports::JsonElement& element : ports::read_json_array(text, file, faults)) {
    const json::object* const object = element.value.if_object();
    if (object == nullptr) {
      faults.add(file, element.line, "type_mismatch", "Each element must be an object.");
      continue;
    }
    std::vector<Problem> problems;
    ObjectReader reader(*object, "", problems);
    read(reader, element.line);
    faults.add(file, element.line, problems);
  }
}

template <class Seen, class Key>
void refuse_duplicate(Seen& seen, Key key, ObjectReader& reader, std::string_view member) {
  if (!seen.insert(std::move(key)).second) {
    reader.fault(member, "duplicate", "An element above already says this.");
  }
}

/// "/12/value/bps" -> element 12; the engine's paths point into the array of all rules.
std::size_t element_of(std::string_view path) {
  std::size_t index = static_cast<std::size_t>(-1);
  if (path.starts_with('/')) std::from_chars(path.data() + 1, path.data() + path.size(), index);
  return index;
}

}  // namespace

std::vector<LocationInput> read_locations(std::string_view text, const std::string& file, ports::FaultList& faults) {
  std::vector<LocationInput> locations;
  const std::size_t before = faults.count();
  std::set<std::string> seen;
  each_object(text, file, faults, [&](ObjectReader& reader, std::int64_t line) {
    ports::refuse_unknown_members(reader, {"id", "name", "country", "region", "priority"});
    LocationInput location;
    location.place = Place{file, line};
    location.id = required_id(reader, "id");
    location.name = text_or_none(reader, "name");
    if (location.name.empty()) location.name = location.id;
    location.country = required_country(reader);
    location.region = text_or_none(reader, "region");
    location.priority = reader.integer("priority", -kPriorityMax, kPriorityMax).value_or(0);
    refuse_duplicate(seen, location.id, reader, "id");
    locations.push_back(std::move(location));
  });
  if (locations.empty() && faults.count() == before) faults.add(file, 0, "empty", "Name at least one location.");
  return locations;
}

std::vector<RuleInput> read_rules(std::string_view text, const std::string& file, ports::FaultList& faults,
                                  std::span<const AttributeSpec> declared) {
  std::vector<RuleInput> rules;
  json::array bodies;
  each_object(text, file, faults, [&](ObjectReader& reader, std::int64_t line) {
    RuleInput rule;
    rule.place = Place{file, line};
    rule.id = required_id(reader, "id");
    rule.body = reader.raw();
    bodies.emplace_back(reader.raw());
    rules.push_back(std::move(rule));
  });
  std::vector<Problem> problems;
  discounts::RuleSetup setup;
  setup.attributes.assign(declared.begin(), declared.end());
  const auto compiled = discounts::compile(bodies, setup, problems);
  if (compiled) discounts::find_unfilled(bodies, problems);
  for (const Problem& problem : problems) {
    const std::size_t index = element_of(problem.path);
    faults.add(file, index < rules.size() ? rules[index].place.line : 0, std::vector{problem});
  }
  if (!compiled) {
    if (problems.empty()) faults.add(file, 0, "invalid_rules", "The rules do not compile.");
    return rules;
  }
  std::map<std::string, std::optional<std::int64_t>> uses_max;
  for (const discounts::RuleLimit& limit : discounts::limits_of(*compiled)) uses_max[limit.rule_id] = limit.global;
  for (RuleInput& rule : rules) {
    if (const auto found = uses_max.find(rule.id); found != uses_max.end()) rule.uses_max = found->second;
  }
  return rules;
}

json::object read_shipping(std::string_view text, const std::string& file, ports::FaultList& faults) {
  const std::size_t before = faults.count();
  json::object document = read_document(text, file, faults);
  if (faults.count() != before) return document;
  std::vector<Problem> problems;
  const auto compiled = shipping::compile_zones(document, problems);
  faults.add(file, 0, problems);
  if (!compiled && problems.empty()) faults.add(file, 0, "invalid_zones", "The zones do not compile.");
  return document;
}

json::array read_taxes(std::string_view text, const std::string& file, ports::FaultList& faults) {
  json::array taxes;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  each_object(text, file, faults, [&](ObjectReader& reader, std::int64_t) {
    ports::refuse_unknown_members(reader, {"country", "region", "tax_class", "bps", "name", "shipping_taxed"});
    const std::string country = required_country(reader);
    const std::string region = region_code(country, text_or_none(reader, "region"));
    const std::string tax_class = text_or_none(reader, "tax_class");
    reader.require("bps");
    reader.require("name");
    refuse_duplicate(seen, std::tuple(country, region, tax_class), reader, "country");
    json::object tax;
    tax["country"] = country;
    tax["region"] = region;
    tax["tax_class"] = tax_class;
    tax["bps"] = reader.integer("bps", 0, kBpsMax).value_or(0);
    tax["name"] = text_or_none(reader, "name");
    tax["shipping_taxed"] = reader.boolean("shipping_taxed").value_or(false);
    taxes.emplace_back(std::move(tax));
  });
  return taxes;
}

std::vector<GatewayInput> read_gateways(std::string_view text, const std::string& file,
                                        const std::vector<std::string>& adapters, ports::FaultList& faults) {
  std::vector<GatewayInput> gateways;
  std::set<std::string> ids;
  std::set<std::string> handlers;
  each_object(text, file, faults, [&](ObjectReader& reader, std::int64_t line) {
    ports::refuse_unknown_members(
        reader, {"id", "adapter", "handler_id", "handler_name", "published", "settings", "credentials"});
    GatewayInput gateway;
    gateway.place = Place{file, line};
    gateway.id = required_id(reader, "id");
    gateway.adapter = required_id(reader, "adapter");
    if (!adapters.empty() && !gateway.adapter.empty() &&
        std::ranges::find(adapters, gateway.adapter) == adapters.end()) {
      reader.fault("adapter", "unknown_value", "Kassa has no adapter of this name.");
    }
    const std::string handler = required_id(reader, "handler_id");
    gateway.body["handler_id"] = handler;
    gateway.body["handler_name"] = required_id(reader, "handler_name");
    const json::object* const published = reader.object("published");
    const json::object* const settings = reader.object("settings");
    gateway.body["published"] = published == nullptr ? json::object{} : *published;
    gateway.body["settings"] = settings == nullptr ? json::object{} : *settings;
    gateway.credentials = reader.text("credentials", 64 * limits::kTextBytesMax);
    refuse_duplicate(ids, gateway.id, reader, "id");
    refuse_duplicate(handlers, handler, reader, "handler_id");
    gateways.push_back(std::move(gateway));
  });
  return gateways;
}

json::object read_document(std::string_view text, const std::string& file, ports::FaultList& faults) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto parsed = parse_json(text);
  if (!parsed) {
    faults.add(file, 0, "malformed_json", parsed.error().detail);
    return {};
  }
  if (json::object* const object = parsed.value().if_object()) return std::move(*object);
  faults.add(file, 0, "type_mismatch", "The file must hold one JSON object.");
  return {};
}

}  // namespace kassa::catalog
