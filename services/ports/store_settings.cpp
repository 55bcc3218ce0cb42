#include "services/ports/store_settings.hpp"

#include <array>

#include "services/base/country.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::ports {
namespace {

constexpr std::size_t kCurrenciesMax = 50;
constexpr std::size_t kLinksMax = 20;
constexpr std::size_t kOriginsMax = 50;
constexpr std::int64_t kLifeSecondsMax = 30 * 24 * 3600;

template <class Enum>
struct Word {
  std::string_view word;
  Enum value;
};

constexpr std::array kBusinessErrors{Word<BusinessErrors>{"in_band", BusinessErrors::kInBand},
                                     Word<BusinessErrors>{"http_4xx", BusinessErrors::kHttp4xx}};
constexpr std::array kProfiles{Word<ProfilePolicy>{"strict", ProfilePolicy::kStrict},
                               Word<ProfilePolicy>{"permissive", ProfilePolicy::kPermissive}};
constexpr std::array kSavedAddresses{Word<SavedAddresses>{"never", SavedAddresses::kNever},
                                     Word<SavedAddresses>{"platforms", SavedAddresses::kPlatforms}};
constexpr std::array kRoundings{Word<Rounding>{"half_up", Rounding::kHalfUp},
                                Word<Rounding>{"truncate", Rounding::kTruncate}};

template <class Words, class Enum>
void read_word(ObjectReader& reader, std::string_view key, const Words& words, Enum& out) {
  const auto text = reader.text(key, limits::kTextBytesMax);
  if (!text) return;
  std::string choices;
  for (const auto& row : words) {
    if (row.word == *text) {
      out = row.value;
      return;
    }
    choices += (choices.empty() ? "" : ", ") + std::string(row.word);
  }
  reader.fault(key, "unknown_value", "This word is not known here.", "Use one of: " + choices + ".");
}

template <class Words, class Enum>
std::string_view word_of(const Words& words, Enum value) {
  for (const auto& row : words) {
    if (row.value == value) return row.word;
  }
  return {};
}

bool is_web_url(std::string_view url) {
  const auto host = url.starts_with("https://")  ? url.substr(8)
                    : url.starts_with("http://") ? url.substr(7)
                                                 : url.substr(0, 0);
  return !host.empty() && host.front() != '/' && url.find_first_of(" \t\r\n\"<>") == std::string_view::npos;
}

bool is_origin(std::string_view url) {
  return is_web_url(url) && url.find('/', url.find("://") + 3) == std::string_view::npos;
}

void read_template(ObjectReader& reader, std::string_view key, std::string_view variable, std::string& out) {
  const auto text = reader.text(key, limits::kTextBytesMax);
  if (!text || text->empty()) return;
  if (!is_web_url(*text)) {
    reader.fault(key, "bad_url", "This must be an http or https address.");
  } else if (text->find(variable) == std::string::npos) {
    reader.fault(key, "variable_missing", "The address must contain " + std::string(variable) + ".");
  } else {
    out = *text;
  }
}

void read_currencies(ObjectReader& reader, std::vector<Currency>& out) {
  reader.require("currencies");
  const json::array* const codes = reader.array("currencies", kCurrenciesMax);
  if (codes == nullptr) return;
  if (codes->empty()) reader.fault("currencies", "empty", "Name at least one currency; the first is the default.");
  for (const json::value& element : *codes) {
    const json::string* const code = element.if_string();
    const auto currency = code == nullptr ? std::nullopt : Currency::from_code({code->data(), code->size()});
    if (!currency || currency->code() == "XXX") {
      reader.fault("currencies", "currency_unknown", "Each currency must be a code of ISO 4217, such as \"USD\".");
    } else if (std::ranges::find(out, *currency) != out.end()) {
      reader.fault("currencies", "duplicate", "A currency is named twice.");
    } else {
      out.push_back(*currency);
    }
  }
}

void read_links(ObjectReader& reader, std::vector<StoreLink>& out) {
  const json::array* const links = reader.array("links", kLinksMax);
  if (links == nullptr) return;
  for (std::size_t i = 0; i < links->size(); ++i) {
    const json::object* const object = (*links)[i].if_object();
    if (object == nullptr) {
      reader.fault("links", "type_mismatch", "Each link must be an object.");
      continue;
    }
    ObjectReader link(*object, reader.path_of("links") + "/" + std::to_string(i), reader.problems());
    refuse_unknown_members(link, {"type", "url", "title"});
    link.require("type");
    link.require("url");
    StoreLink read;
    read.type = link.text("type", limits::kTextBytesMax).value_or("");
    read.url = link.text("url", limits::kTextBytesMax).value_or("");
    read.title = link.text("title", limits::kTextBytesMax).value_or("");
    if (!read.url.empty() && !is_web_url(read.url))
      link.fault("url", "bad_url", "This must be an http or https address.");
    out.push_back(std::move(read));
  }
}

void read_origins(ObjectReader& reader, std::vector<std::string>& out) {
  const json::array* const origins = reader.array("cors_origins", kOriginsMax);
  if (origins == nullptr) return;
  for (const json::value& element : *origins) {
    const json::string* const text = element.if_string();
    if (text == nullptr || !is_origin({text->data(), text->size()})) {
      reader.fault("cors_origins", "bad_origin", "An origin is a scheme and a host without a path.",
                   "For instance \"https://shop.example\".");
    } else {
      out.emplace_back(text->data(), text->size());
    }
  }
}

void read_country(ObjectReader& reader, std::string& out) {
  const auto text = reader.text("country", 8);
  if (!text) return;
  if (is_country(*text)) {
    out = *text;
  } else {
    reader.fault("country", "bad_country", "A country is a two-letter code of ISO 3166-1 in capitals.");
  }
}

void read_seconds(ObjectReader& reader, std::string_view key, Millis& out) {
  if (const auto seconds = reader.integer(key, 1, kLifeSecondsMax)) out = std::chrono::seconds{*seconds};
}

std::int64_t seconds_of(Millis life) { return std::chrono::duration_cast<std::chrono::seconds>(life).count(); }

}  // namespace

StoreSettings read_store_settings(const json::object& object, std::vector<Problem>& problems) {
  StoreSettings settings;
  ObjectReader reader(object, "", problems);
  refuse_unknown_members(
      reader, {"name", "currencies", "country", "region", "links", "continue_url", "order_url", "cors_origins",
               "business_errors", "version_error_status", "platform_profiles", "saved_addresses", "prices_include_tax",
               "rounding", "checkout_life_seconds", "reservation_life_seconds"});
  reader.require("name");
  settings.name = reader.text("name", limits::kTextBytesMax).value_or("");
  if (reader.has("name") && settings.name.empty() && object.at("name").is_string()) {
    reader.fault("name", "empty", "A store needs a name.");
  }
  read_currencies(reader, settings.currencies);
  read_country(reader, settings.country);
  settings.region = reader.text("region", limits::kTextBytesMax).value_or("");
  read_links(reader, settings.links);
  read_template(reader, "continue_url", "{checkout_id}", settings.continue_url);
  read_template(reader, "order_url", "{order_id}", settings.order_url);
  read_origins(reader, settings.cors_origins);
  read_word(reader, "business_errors", kBusinessErrors, settings.business_errors);
  if (const auto status = reader.integer("version_error_status", 400, 499)) {
    settings.version_error_status = static_cast<int>(*status);
  }
  read_word(reader, "platform_profiles", kProfiles, settings.platform_profiles);
  read_word(reader, "saved_addresses", kSavedAddresses, settings.saved_addresses);
  settings.prices_include_tax = reader.boolean("prices_include_tax").value_or(settings.prices_include_tax);
  read_word(reader, "rounding", kRoundings, settings.rounding);
  read_seconds(reader, "checkout_life_seconds", settings.checkout_life);
  read_seconds(reader, "reservation_life_seconds", settings.reservation_life);
  return settings;
}

json::object write_store_settings(const StoreSettings& settings) {
  json::object object;
  object["name"] = settings.name;
  json::array currencies;
  for (const Currency currency : settings.currencies) currencies.emplace_back(std::string_view{currency.code()});
  object["currencies"] = std::move(currencies);
  object["country"] = settings.country;
  if (!settings.region.empty()) object["region"] = settings.region;
  json::array links;
  for (const StoreLink& link : settings.links) {
    json::object written;
    written["type"] = link.type;
    written["url"] = link.url;
    if (!link.title.empty()) written["title"] = link.title;
    links.emplace_back(std::move(written));
  }
  object["links"] = std::move(links);
  if (!settings.continue_url.empty()) object["continue_url"] = settings.continue_url;
  if (!settings.order_url.empty()) object["order_url"] = settings.order_url;
  json::array origins;
  for (const std::string& origin : settings.cors_origins) origins.emplace_back(origin);
  object["cors_origins"] = std::move(origins);
  object["business_errors"] = word_of(kBusinessErrors, settings.business_errors);
  object["version_error_status"] = settings.version_error_status;
  object["platform_profiles"] = word_of(kProfiles, settings.platform_profiles);
  object["saved_addresses"] = word_of(kSavedAddresses, settings.saved_addresses);
  object["prices_include_tax"] = settings.prices_include_tax;
  object["rounding"] = word_of(kRoundings, settings.rounding);
  object["checkout_life_seconds"] = seconds_of(settings.checkout_life);
  object["reservation_life_seconds"] = seconds_of(settings.reservation_life);
  return object;
}

}  // namespace kassa::ports
