#include "services/protocol/ucp/catalog_input.hpp"

#include <algorithm>

#include "services/base/limits.hpp"
#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

constexpr std::int64_t kPageAskedMax = 1'000'000;  // More than kPageMax is cut, not refused.
constexpr std::size_t kCursorBytesMax = 1'024;
constexpr std::size_t kOptionsMax = 20;

bool sells_in(const ports::StoreSettings& settings, Currency currency) {
  return std::ranges::find(settings.currencies, currency) != settings.currencies.end();
}

/// As a new checkout chooses its currency.
CatalogMarket read_market(ObjectReader& reader, const ports::StoreSettings& settings) {
  CatalogMarket market{settings.currencies.front()};
  const json::object* const object = reader.object("context");
  if (object == nullptr) return market;
  ObjectReader context(*object, reader, "context");
  const std::string country = country_of(context.text("address_country", limits::kTextBytesMax).value_or(""));
  const auto own = std::ranges::find(settings.currency_by_country, country, &std::pair<std::string, Currency>::first);
  if (own != settings.currency_by_country.end()) market.currency = own->second;
  const std::string code = context.text("currency", limits::kTextBytesMax).value_or("");
  if (code.empty()) return market;
  const auto wanted = Currency::from_code(code);
  if (!wanted) {
    context.fault("currency", "currency_unknown", "There is no such currency.", "Use an ISO 4217 code, such as EUR.");
  } else if (sells_in(settings, *wanted)) {
    market.currency = *wanted;
  } else {
    market.asked_for_another = true;
  }
  return market;
}

catalog::CatalogFilters read_filters(ObjectReader& reader) {
  catalog::CatalogFilters filters;
  const json::object* const object = reader.object("filters");
  if (object == nullptr) return filters;
  ObjectReader members(*object, reader, "filters");
  auto categories = read_texts(members, "categories", catalog::kCategoriesMax, limits::kTextBytesMax);
  if (categories) filters.categories = std::move(*categories);
  if (const json::object* const range = members.object("price")) {
    ObjectReader price(*range, members, "price");
    filters.price_min = price.integer("min", 0, limits::kTotalMinorMax);
    filters.price_max = price.integer("max", 0, limits::kTotalMinorMax);
  }
  return filters;
}

/// The members that all three requests have.
CatalogAsk read_common(ObjectReader& reader, const ports::StoreSettings& settings) {
  CatalogAsk ask;
  ask.market = read_market(reader, settings);
  ask.filters = read_filters(reader);
  if (ask.market.asked_for_another) ask.filters.price_min = ask.filters.price_max = std::nullopt;
  return ask;
}

Result<CatalogAsk> checked(CatalogAsk ask, const std::vector<Problem>& problems) {
  if (!problems.empty()) return first_problem(problems);
  return ask;
}

void read_selection(ObjectReader& reader, Selection& selection) {
  each_object(reader, "selected", kOptionsMax, [&selection](ObjectReader& option) {
    option.require("name");
    option.require("label");
    ShownOption chosen;
    chosen.name = option.text("name", limits::kTextBytesMax).value_or("");
    chosen.label = option.text("label", limits::kTextBytesMax).value_or("");
    selection.selected.push_back(std::move(chosen));
  });
  auto preferences = read_texts(reader, "preferences", kOptionsMax, limits::kTextBytesMax);
  if (preferences) selection.preferences = std::move(*preferences);
}

/// The parameters of a query string, decoded, each with a fault where it belongs.
class QueryReader {
 public:
  explicit QueryReader(std::string_view query) {
    while (!query.empty()) {
      const auto end = std::min(query.find('&'), query.size());
      take(query.substr(0, end));
      query.remove_prefix(std::min(end + 1, query.size()));
    }
  }

  std::string one(std::string_view name) {
    std::vector<std::string> values = all(name);
    if (values.size() > 1) fault(name, "Send this parameter once.");
    return values.empty() ? std::string{} : std::move(values.front());
  }
  std::vector<std::string> all(std::string_view name) {
    std::vector<std::string> values;
    known_.emplace_back(name);
    for (const auto& [key, value] : parameters_) {
      if (key == name && !value.empty()) values.push_back(value);
    }
    return values;
  }
  std::optional<std::int64_t> number(std::string_view name, std::int64_t min, std::int64_t max) {
    const std::string text = one(name);
    if (text.empty()) return std::nullopt;
    constexpr std::size_t kDigitsMax = 16;
    const bool digits = text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == std::string::npos;
    const std::int64_t value = digits ? std::stoll(text) : -1;
    if (value < min || value > max) {
      fault(name, "Send a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
    }
    return value;
  }
  void fault(std::string_view name, std::string message) {
    if (!fault_) fault_ = Error{Errc::kInvalidRequest, std::move(message), std::string(name)};
  }
  /// To be asked last.
  std::optional<Error> finish() {
    for (const auto& [key, value] : parameters_) {
      if (std::ranges::find(known_, key) == known_.end()) fault(key, "There is no such parameter.");
    }
    return fault_;
  }

 private:
  void take(std::string_view pair) {
    const auto equals = std::min(pair.find('='), pair.size());
    bool valid = true;
    std::string key = http::percent_decode(pair.substr(0, equals), true, valid);
    std::string value = http::percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, valid);
    if (!valid || !is_utf8(key) || !is_utf8(value)) return fault("query", "This query string is not well-formed.");
    if (!key.empty()) parameters_.emplace_back(std::move(key), std::move(value));
  }

  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<std::string> known_;
  std::optional<Error> fault_;
};

CatalogMarket market_in(QueryReader& reader, const ports::StoreSettings& settings) {
  CatalogMarket market{settings.currencies.front()};
  const std::string code = reader.one("currency");
  if (code.empty()) return market;
  const auto wanted = Currency::from_code(code);
  if (wanted && sells_in(settings, *wanted)) {
    market.currency = *wanted;
  } else {
    reader.fault("currency", "The store does not sell in this currency.");
  }
  return market;
}

catalog::CatalogSort sort_in(QueryReader& reader) {
  const std::string sort = reader.one("sort");
  if (sort == "price_asc") return catalog::CatalogSort::kPriceAscending;
  if (sort == "price_desc") return catalog::CatalogSort::kPriceDescending;
  if (!sort.empty() && sort != "relevance") reader.fault("sort", "Send relevance, price_asc or price_desc.");
  return catalog::CatalogSort::kRelevance;
}

Result<CatalogAsk> checked(CatalogAsk ask, QueryReader& reader) {
  if (auto fault = reader.finish()) return std::move(*fault);
  return ask;
}

}  // namespace

Result<CatalogAsk> read_search(const json::object& body, const ports::StoreSettings& settings) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  CatalogAsk ask = read_common(reader, settings);
  ask.text = reader.text("query", catalog::kSearchTextBytesMax).value_or("");
  if (const json::object* const object = reader.object("pagination")) {
    ObjectReader page(*object, reader, "pagination");
    ask.cursor = page.text("cursor", kCursorBytesMax).value_or("");
    ask.limit = static_cast<std::size_t>(page.integer("limit", 1, kPageAskedMax).value_or(catalog::kPageDefault));
  }
  if (problems.empty() && ask.text.empty() && !reader.has("filters")) {
    reader.fault("query", "required", "A search needs a query or filters.");
  }
  return checked(std::move(ask), problems);
}

Result<CatalogAsk> read_lookup(const json::object& body, const ports::StoreSettings& settings) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  CatalogAsk ask = read_common(reader, settings);
  reader.require("ids");
  auto ids = read_texts(reader, "ids", limits::kJsonMembersMax, limits::kIdBytesMax);
  if (ids) ask.ids = std::move(*ids);
  if (problems.empty() && ask.ids.empty()) reader.fault("ids", "required", "A look-up needs an id at least.");
  return checked(std::move(ask), problems);
}

Result<CatalogAsk> read_product(const json::object& body, const ports::StoreSettings& settings) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  CatalogAsk ask = read_common(reader, settings);
  reader.require("id");
  ask.id = reader.text("id", limits::kIdBytesMax).value_or("");
  read_selection(reader, ask.selection);
  return checked(std::move(ask), problems);
}

Result<CatalogAsk> read_search_query(const http::Request& request, const ports::StoreSettings& settings) {
  QueryReader reader(request.query);
  CatalogAsk ask;
  ask.market = market_in(reader, settings);
  ask.text = reader.one("q");
  ask.filters.categories = reader.all("category");
  if (ask.filters.categories.size() > catalog::kCategoriesMax) {
    reader.fault("category", "Send at most " + std::to_string(catalog::kCategoriesMax) + " categories.");
  }
  ask.filters.price_min = reader.number("min", 0, limits::kTotalMinorMax);
  ask.filters.price_max = reader.number("max", 0, limits::kTotalMinorMax);
  ask.sort = sort_in(reader);
  ask.cursor = reader.one("cursor");
  const auto limit = reader.number("limit", 1, kPageAskedMax);
  if (limit) ask.limit = static_cast<std::size_t>(std::max<std::int64_t>(*limit, 1));
  return checked(std::move(ask), reader);
}

Result<CatalogAsk> read_product_query(const http::Request& request, const ports::StoreSettings& settings) {
  QueryReader reader(request.query);
  CatalogAsk ask;
  ask.market = market_in(reader, settings);
  return checked(std::move(ask), reader);
}

}  // namespace kassa::protocol
