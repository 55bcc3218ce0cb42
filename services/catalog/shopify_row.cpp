#include "services/catalog/shopify_row.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/catalog/cell.hpp"

namespace kassa::catalog {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Column::kCount)> kNames{"Handle",
                                                                                        "Title",
                                                                                        "Body (HTML)",
                                                                                        "Vendor",
                                                                                        "Type",
                                                                                        "Tags",
                                                                                        "Published",
                                                                                        "Status",
                                                                                        "Option1 Name",
                                                                                        "Option1 Value",
                                                                                        "Option2 Name",
                                                                                        "Option2 Value",
                                                                                        "Option3 Name",
                                                                                        "Option3 Value",
                                                                                        "Variant SKU",
                                                                                        "Variant Grams",
                                                                                        "Variant Inventory Tracker",
                                                                                        "Variant Inventory Qty",
                                                                                        "Variant Inventory Policy",
                                                                                        "Variant Price",
                                                                                        "Variant Compare At Price",
                                                                                        "Variant Requires Shipping",
                                                                                        "Variant Taxable",
                                                                                        "Variant Tax Code",
                                                                                        "Variant Barcode",
                                                                                        "Image Src",
                                                                                        "Gift Card",
                                                                                        "Variant Image"};

constexpr std::array kRequired{Column::kHandle, Column::kTitle, Column::kPrice};

}  // namespace

std::string_view name_of(Column column) { return kNames[static_cast<std::size_t>(column)]; }

ShopifyColumns::ShopifyColumns(const CsvRecord& header, std::string_view file, ports::FaultList& faults)
    : width_(header.fields.size()) {
  at_.fill(kAbsent);
  for (std::size_t i = 0; i < width_; ++i) {
    for (std::size_t column = 0; column < kNames.size(); ++column) {
      if (!equals_ignoring_case(trim(header.fields[i]), kNames[column])) continue;
      if (at_[column] != kAbsent) {
        faults.add(file, header.line, "duplicate_column", "This column is there twice.", std::string(kNames[column]));
      }
      at_[column] = i;
    }
  }
  for (const Column column : kRequired) {
    if (at_[static_cast<std::size_t>(column)] != kAbsent) continue;
    faults.add(file, header.line, "missing_column", "The export lacks this column.", std::string(name_of(column)));
  }
}

bool ShopifyColumns::is_product_export(const CsvRecord& header) {
  for (const std::string& field : header.fields) {
    if (equals_ignoring_case(trim(field), name_of(Column::kHandle))) return true;
  }
  return false;
}

std::string_view ShopifyColumns::cell(const CsvRecord& record, Column column) const {
  const std::size_t at = at_[static_cast<std::size_t>(column)];
  return at < record.fields.size() ? trim(record.fields[at]) : std::string_view{};
}

std::string ShopifyRow::text(Column column) const {
  const std::string_view value = without_guard(raw(column));
  if (value.size() <= limits::kTextBytesMax) return std::string(value);
  fault(column, "too_long", "This text is too long: at most 1024 bytes.");
  return {};
}

bool ShopifyRow::flag(Column column, bool otherwise) const {
  if (raw(column).empty()) return otherwise;
  const auto value = read_flag(raw(column));
  if (!value) fault(column, "not_a_flag", "This must be true, false or empty.");
  return value.value_or(otherwise);
}

std::int64_t ShopifyRow::count(Column column) const {
  if (raw(column).empty()) return 0;
  const auto value = read_count(without_guard(raw(column)));
  if (!value) fault(column, "not_a_count", "This must be a whole number.");
  return value.value_or(0);
}

std::int64_t ShopifyRow::grams(Column column) const {
  if (raw(column).empty()) return 0;
  const auto value = read_grams(raw(column));
  if (!value) fault(column, "not_a_weight", "This must be a weight in grams, zero or more.");
  return value.value_or(0);
}

std::optional<std::int64_t> ShopifyRow::price(Column column, Currency currency) const {
  if (raw(column).empty()) return std::nullopt;
  const auto value = read_price(raw(column), currency);
  if (!value) {
    fault(column, "not_a_price",
          "This must be an amount in " + std::string(currency.code()) + ", such as \"12.50\", without sign or symbol.");
  }
  return value;
}

void ShopifyRow::fault(Column column, std::string code, std::string message) const {
  faults_.add(file_, record_.line, std::move(code), std::move(message), std::string(name_of(column)));
}

}  // namespace kassa::catalog
