#pragma once
// Price lists of a bundle: price_lists.json names lists, price_lists.ndjson has their prices. Readers, the part of the
// import plan, and the table of names as a snapshot reads it. Pure.

#include <istream>
#include <map>
#include <string>
#include <vector>

#include "services/catalog/import_model.hpp"
#include "services/catalog/table_sync.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {

/// In rate_table.
inline constexpr const char* kPriceListsKind = "price_lists";
/// What list_price has in place of no beginning and no end.
inline constexpr std::int64_t kValidAlways = 0;
inline constexpr std::int64_t kValidForever = INT64_MAX;

/// A named list: whom it is for, and how it stands to others.
struct PriceListName {
  std::string group;
  std::int64_t priority{};
};
using PriceListNames = std::map<std::string, PriceListName, std::less<>>;

/// [{"id", "group"?, "priority"?}], as it is stored.
[[nodiscard]] json::array read_price_list_names(std::string_view text, const std::string& file,
                                                ports::FaultList& faults);
[[nodiscard]] PriceListNames names_of_price_lists(const json::array& stored);

/// One price; its faults are the reader's.
[[nodiscard]] ListPriceInput read_list_price(ObjectReader& reader, const std::vector<Currency>& currencies,
                                             Place place);
/// What its row has in place of `from` and `until`.
[[nodiscard]] std::int64_t begin_of(const ports::ListPrice& price);
[[nodiscard]] std::int64_t end_of(const ports::ListPrice& price);

void read_price_lists(std::istream& in, const std::string& file, const std::vector<Currency>& currencies,
                      std::vector<ListPriceInput>& prices, ports::FaultList& faults, ports::ProgressMeter& progress);

/// Notes unknown variants and lists, and rows that say two things at one time.
void plan_price_lists(PlanContext context, const BundleInput& bundle, const CurrentRows& current,
                      ports::FaultList& faults);

}  // namespace kassa::catalog
