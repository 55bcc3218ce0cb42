#include "services/ports/store_settings.hpp"

#include <algorithm>
#include <array>

#include "services/base/country.hpp"
#include "services/base/limits.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::ports {
namespace {

constexpr std::size_t kCurrenciesMax = 50;
constexpr std::size_t kLinksMax = 20;
constexpr std::size_t kOriginsMax = 50;
constexpr std::size_t kAttributesMax = 200;
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

void read_confirmation(ObjectReader& reader, std::string& out) {
  const auto text = reader.text("confirmation", limits::kTextBytesMax);
  if (!text || text->empty()) return;
  if (*text != kConfirmByMail && !is_web_url(*text)) {
    reader.fault("confirmation", "bad_url", "This must be \"mail\", or the http or https address of a webhook.");
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

/// Types and names are the discount engine's to judge; these are the scopes that somebody fills.
constexpr std::array<std::string_view, 3> kScopes{"cart", "line", "customer"};

void read_attributes(ObjectReader& reader, std::vector<AttributeSpec>& out) {
  const json::array* const list = reader.array("discount_attributes", kAttributesMax);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::object* const object = (*list)[i].if_object();
    if (object == nullptr) {
      reader.fault("discount_attributes", "type_mismatch", "Each attribute must be an object.");
      continue;
    }
    ObjectReader attribute(*object, reader, "discount_attributes", i);
    refuse_unknown_members(attribute, {"name", "type"});
    attribute.require("name");
    attribute.require("type");
    AttributeSpec spec;
    spec.name = attribute.text("name", limits::kIdBytesMax).value_or("");
    spec.type = attribute.text("type", limits::kIdBytesMax).value_or("");
    spec.scope = spec.name.substr(0, spec.name.find('.'));
    if (!spec.name.empty() && std::ranges::find(kScopes, spec.scope) == kScopes.end()) {
      attribute.fault("name", "bad_name", "An attribute is one of the cart, of a line or of the customer.",
                      "Begin its name with \"cart.\", \"line.\" or \"customer.\".");
    }
    out.push_back(std::move(spec));
  }
}

json::array written_attributes(const std::vector<AttributeSpec>& attributes) {
  json::array out;
  for (const AttributeSpec& spec : attributes) {
    json::object written;
    written["name"] = spec.name;
    written["type"] = spec.type;
    out.push_back(std::move(written));
  }
  return out;
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

/// {"CH": "CHF", "DE": "EUR"}
void read_currency_by_country(ObjectReader& reader, StoreSettings& settings) {
  const json::object* const rows = reader.object("currency_by_country");
  if (rows == nullptr) return;
  ObjectReader row(*rows, reader.path_of("currency_by_country"), reader.problems());
  for (const auto& member : *rows) {
    const std::string_view country{member.key().data(), member.key().size()};
    const json::string* const code = member.value().if_string();
    const auto currency = code == nullptr ? std::nullopt : Currency::from_code({code->data(), code->size()});
    if (!is_country(country)) {
      row.fault(country, "bad_country", "A country is a two-letter code of ISO 3166-1 in capitals.");
    } else if (!currency || std::ranges::find(settings.currencies, *currency) == settings.currencies.end()) {
      row.fault(country, "currency_unknown", "The store's `currencies` do not name this currency.");
    } else {
      settings.currency_by_country.emplace_back(country, *currency);
    }
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
  refuse_unknown_members(reader, {"name",
                                  "currencies",
                                  "country",
                                  "region",
                                  "links",
                                  "continue_url",
                                  "order_url",
                                  "cors_origins",
                                  "business_errors",
                                  "version_error_status",
                                  "platform_profiles",
                                  "saved_addresses",
                                  "prices_include_tax",
                                  "rounding",
                                  "checkout_life_seconds",
                                  "reservation_life_seconds",
                                  "currency_by_country",
                                  "tax_exempt_shoppers",
                                  "recorded_carts_percent",
                                  "confirmation",
                                  "discount_attributes"});
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
  read_currency_by_country(reader, settings);
  settings.tax_exempt_shoppers = reader.boolean("tax_exempt_shoppers").value_or(false);
  read_attributes(reader, settings.discount_attributes);
  read_confirmation(reader, settings.confirmation);
  settings.recorded_carts_percent = static_cast<int>(reader.integer("recorded_carts_percent", 0, 100).value_or(0));
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
  if (!settings.currency_by_country.empty()) {
    json::object& rows = object["currency_by_country"].emplace_object();
    for (const auto& [country, currency] : settings.currency_by_country) rows[country] = currency.code();
  }
  if (settings.tax_exempt_shoppers) object["tax_exempt_shoppers"] = true;
  if (settings.recorded_carts_percent > 0) object["recorded_carts_percent"] = settings.recorded_carts_percent;
  if (!settings.confirmation.empty()) object["confirmation"] = settings.confirmation;
  if (!settings.discount_attributes.empty()) {
    object["discount_attributes"] = written_attributes(settings.discount_attributes);
  }
  return object;
}

}  // namespace kassa::ports
