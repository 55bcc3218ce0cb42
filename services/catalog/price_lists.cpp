#include "services/catalog/price_lists.hpp"

#include <set>
#include <tuple>
#include <unordered_set>

#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/catalog/cell.hpp"
#include "services/catalog/import_sql.hpp"
#include "services/catalog/sale_terms_json.hpp"

namespace kassa::catalog {
namespace {

constexpr std::int64_t kListPriorityMax = 1'000'000;

std::string name_text(ObjectReader& reader, std::string_view key) {
  return reader.text(key, limits::kIdBytesMax).value_or("");
}

std::optional<Currency> currency_of(ObjectReader& reader, const std::vector<Currency>& currencies) {
  reader.require("currency");
  const auto code = reader.text("currency", limits::kTextBytesMax);
  if (!code) return std::nullopt;
  const auto currency = Currency::from_code(*code);
  if (currency && std::ranges::find(currencies, *currency) != currencies.end()) return currency;
  reader.fault("currency", "currency_unknown", "The store's settings do not name this currency.");
  return std::nullopt;
}

bool is_permanent(const ports::ListPrice& price) { return !price.from && !price.until; }

/// Rows of one key are told apart by time alone.
class OverlapCheck {
 public:
  explicit OverlapCheck(ports::FaultList& faults) : faults_(faults) {}

  void take(const ListPriceInput& input) {
    const ports::ListPrice& price = input.price;
    if (++count_[input.variant] == limits::kListPricesPerVariantMax + 1) {
      fault(input, "too_many_prices", "A variant has at most 500 prices in lists.");
    }
    auto& same = seen_[Key(input.variant, price.currency.code(), price.list, price.group, price.min_quantity)];
    for (const ListPriceInput* const other : same) {
      if (is_permanent(price) != is_permanent(other->price)) continue;
      if (begin_of(price) >= end_of(other->price) || begin_of(other->price) >= end_of(price)) continue;
      return fault(input, "overlapping", "Line " + std::to_string(other->place.line) + " says this for the same time.");
    }
    if (same.size() <= limits::kListPricesPerVariantMax) same.push_back(&input);
  }

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::int64_t>;

  void fault(const ListPriceInput& input, std::string code, std::string message) {
    faults_.add(input.place.file, input.place.line, std::move(code), std::move(message));
  }

  ports::FaultList& faults_;
  std::map<Key, std::vector<const ListPriceInput*>> seen_;
  std::map<std::string_view, std::size_t> count_;
};

std::unordered_set<std::string> variants_of(const BundleInput& bundle, const CurrentRows& current) {
  std::unordered_set<std::string> ids;
  for (const ports::Row& row : current.variants) ids.insert(ports::as_string(row[0]));
  if (!bundle.products) return ids;
  for (const ProductInput& product : *bundle.products) {
    for (const VariantInput& variant : product.variants) ids.insert(variant.id);
  }
  return ids;
}

PriceListNames names_in(const BundleInput& bundle, const CurrentRows& current) {
  if (bundle.price_list_names) return names_of_price_lists(*bundle.price_list_names);
  for (const ports::Row& row : current.tables) {
    if (ports::as_string(row[0]) == kPriceListsKind) {
      return names_of_price_lists(json::parse(ports::as_string(row[1])).as_array());
    }
  }
  return {};
}

/// Lists that stay in use must keep their names.
void check_stored(const PriceListNames& names, const CurrentRows& current, ports::FaultList& faults) {
  std::set<std::string> missing;
  for (const ports::Row& row : current.list_prices) {
    const std::string& list = ports::as_string(row[2]);
    if (!list.empty() && !names.contains(list)) missing.insert(list);
  }
  for (const std::string& list : missing) {
    faults.add("price_lists.json", 0, "unknown_list", "Prices of the store are in the list " + list + ".");
  }
}

}  // namespace

ListPriceInput read_list_price(ObjectReader& reader, const std::vector<Currency>& currencies, Place place) {
  ports::refuse_unknown_members(
      reader, {"variant", "currency", "amount", "compare_at", "list", "group", "min_quantity", "from", "until"});
  reader.require("variant");
  reader.require("amount");
  ListPriceInput input;
  input.place = std::move(place);
  input.variant = name_text(reader, "variant");
  if (const auto currency = currency_of(reader, currencies)) {
    input.price.currency = *currency;
    input.price.amount = price_member(reader, "amount", *currency).value_or(0);
    input.price.compare_at = price_member(reader, "compare_at", *currency);
  }
  input.price.list = name_text(reader, "list");
  input.price.group = name_text(reader, "group");
  if (!input.price.list.empty() && !input.price.group.empty()) {
    reader.fault("group", "list_or_group", "A list says for which group it is: name one of both.");
  }
  input.price.min_quantity = reader.integer("min_quantity", 1, limits::kQuantityMax).value_or(1);
  input.price.from = read_time(reader, "from");
  input.price.until = read_time(reader, "until");
  if (input.price.from && to_millis(*input.price.from) <= kValidAlways) {
    reader.fault("from", "bad_time", "Nothing is sold before 1970.");
  }
  if (input.price.from && input.price.until && *input.price.until <= *input.price.from) {
    reader.fault("until", "window_empty", "The price ends before it begins.");
  }
  return input;
}

std::int64_t begin_of(const ports::ListPrice& price) { return price.from ? to_millis(*price.from) : kValidAlways; }
std::int64_t end_of(const ports::ListPrice& price) { return price.until ? to_millis(*price.until) : kValidForever; }

json::array read_price_list_names(std::string_view text, const std::string& file, ports::FaultList& faults) {
  json::array names;
  std::set<std::string> seen;
  for (const ports::JsonElement& element : ports::read_json_array(text, file, faults)) {
    const json::object* const object = element.value.if_object();
    if (object == nullptr) {
      faults.add(file, element.line, "type_mismatch", "Each element must be an object.");
      continue;
    }
    std::vector<Problem> problems;
    ObjectReader reader(*object, "", problems);
    ports::refuse_unknown_members(reader, {"id", "group", "priority"});
    reader.require("id");
    const std::string id = name_text(reader, "id");
    if (reader.has("id") && !is_id_text(id, limits::kIdBytesMax)) {
      reader.fault("id", "bad_id", "An id has at least one byte and no spaces.");
    }
    if (!seen.insert(id).second) reader.fault("id", "duplicate", "An element above already says this.");
    json::object name;
    name["id"] = id;
    name["group"] = name_text(reader, "group");
    name["priority"] = reader.integer("priority", -kListPriorityMax, kListPriorityMax).value_or(0);
    faults.add(file, element.line, problems);
    names.push_back(std::move(name));
  }
  return names;
}

PriceListNames names_of_price_lists(const json::array& stored) {
  PriceListNames names;
  for (const json::value& value : stored) {
    const json::object& in = value.as_object();
    PriceListName& name = names[std::string(in.at("id").as_string())];
    name.group = std::string(in.at("group").as_string());
    name.priority = in.at("priority").as_int64();
  }
  return names;
}

void read_price_lists(std::istream& in, const std::string& file, const std::vector<Currency>& currencies,
                      std::vector<ListPriceInput>& prices, ports::FaultList& faults, ports::ProgressMeter& progress) {
  ports::NdjsonReader lines(in, file, faults, progress);
  while (const auto object = lines.next()) {
    std::vector<Problem> problems;
    ObjectReader reader(*object, "", problems);
    ListPriceInput input = read_list_price(reader, currencies, Place{file, lines.line()});
    faults.add(file, lines.line(), problems);
    if (problems.empty()) prices.push_back(std::move(input));
    if (prices.size() > ports::kBundleRowsMax) {
      return faults.add(file, lines.line(), "too_many_rows", "One import takes at most two million rows.");
    }
  }
}

void plan_price_lists(PlanContext context, const BundleInput& bundle, const CurrentRows& current,
                      ports::FaultList& faults) {
  if (!bundle.price_lists && !bundle.price_list_names) return;
  const PriceListNames names = names_in(bundle, current);
  if (!bundle.price_lists) return check_stored(names, current, faults);
  TableShape shape;
  shape.put_sql = sql::kPutListPrice;
  shape.keys = 7;
  shape.compared = 9;
  shape.has_revision = false;
  TableSync table(context, shape, current.list_prices, context.plan.counts.list_prices);
  const auto variants = variants_of(bundle, current);
  OverlapCheck overlaps(faults);
  for (const ListPriceInput& input : *bundle.price_lists) {
    const auto refuse = [&](std::string code, std::string message) {
      faults.add(input.place.file, input.place.line, std::move(code), std::move(message));
    };
    const ports::ListPrice& price = input.price;
    if (!variants.contains(input.variant)) {
      refuse("unknown_variant", "No product has a variant of this id.");
    } else if (!price.list.empty() && !names.contains(price.list)) {
      refuse("unknown_list", "price_lists.json names no list of this id.");
    } else {
      overlaps.take(input);
      const ports::SqlValue compare_at = price.compare_at ? ports::SqlValue{*price.compare_at} : ports::SqlValue{};
      table.put({input.variant, std::string(price.currency.code()), price.list, price.group, price.min_quantity,
                 begin_of(price), end_of(price), price.amount, compare_at});
    }
  }
  for (const ports::Row& row : current.list_prices) {
    if (!table.was_put(row)) table.retire(sql::kDropListPrice, row);
  }
}

}  // namespace kassa::catalog
