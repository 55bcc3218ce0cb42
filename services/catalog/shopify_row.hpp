#pragma once
// One row of a Shopify product export, read by column name. Columns that Kassa has no use for (Google, SEO
// ...) may be there, missing or new. Lives for one row, on the importing thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/base/money.hpp"
#include "services/catalog/csv.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {

enum class Column : unsigned char {
  kHandle,
  kTitle,
  kBody,
  kVendor,
  kType,
  kTags,
  kPublished,
  kStatus,
  kOption1Name,
  kOption1Value,
  kOption2Name,
  kOption2Value,
  kOption3Name,
  kOption3Value,
  kSku,
  kGrams,
  kTracker,
  kQuantity,
  kPolicy,
  kPrice,
  kCompareAt,
  kRequiresShipping,
  kTaxable,
  kTaxCode,
  kBarcode,
  kImage,
  kGiftCard,
  kVariantImage,
  kCount
};

/// Column -> position in the file's rows.
class ShopifyColumns {
 public:
  /// Notes missing and repeated columns.
  ShopifyColumns(const CsvRecord& header, std::string_view file, ports::FaultList& faults);
  [[nodiscard]] static bool is_product_export(const CsvRecord& header);
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::string_view cell(const CsvRecord& record, Column column) const;

 private:
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  std::array<std::size_t, static_cast<std::size_t>(Column::kCount)> at_{};
  std::size_t width_{};
};

/// Typed cells of one record; each bad one is noted with its line and column.
class ShopifyRow {
 public:
  ShopifyRow(const ShopifyColumns& columns, const CsvRecord& record, std::string_view file, ports::FaultList& faults)
      : columns_(columns), record_(record), file_(file), faults_(faults) {}

  [[nodiscard]] std::string_view raw(Column column) const { return columns_.cell(record_, column); }
  [[nodiscard]] std::int64_t line() const noexcept { return record_.line; }
  [[nodiscard]] std::string text(Column column) const;
  [[nodiscard]] bool flag(Column column, bool otherwise) const;
  [[nodiscard]] std::int64_t count(Column column) const;
  [[nodiscard]] std::int64_t grams(Column column) const;
  [[nodiscard]] std::optional<std::int64_t> price(Column column, Currency currency) const;
  void fault(Column column, std::string code, std::string message) const;

 private:
  const ShopifyColumns& columns_;
  const CsvRecord& record_;
  std::string_view file_;
  ports::FaultList& faults_;
};

[[nodiscard]] std::string_view name_of(Column column);

}  // namespace kassa::catalog
