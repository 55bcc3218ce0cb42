#include "services/catalog/shopify_csv.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "services/base/text.hpp"
#include "services/catalog/cell.hpp"
#include "services/catalog/shopify_row.hpp"
#include "services/catalog/variant_id.hpp"

namespace kassa::catalog {
namespace {

struct OptionColumns {
  Column name;
  Column value;
};
constexpr std::array kOptions{OptionColumns{Column::kOption1Name, Column::kOption1Value},
                              OptionColumns{Column::kOption2Name, Column::kOption2Value},
                              OptionColumns{Column::kOption3Name, Column::kOption3Value}};

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto tag = trim(text.substr(0, comma));
    if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.emplace_back(tag);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return tags;
}

bool has_variant(const ShopifyRow& row) {
  return !row.raw(Column::kPrice).empty() || !row.raw(Column::kOption1Value).empty() || !row.raw(Column::kSku).empty();
}

/// Builds the products of one file.
class Builder {
 public:
  Builder(const std::string& file, Currency currency, std::vector<ProductInput>& products, ports::FaultList& faults)
      : file_(file), currency_(currency), products_(products), first_(products.size()), faults_(faults) {}

  void add(const ShopifyRow& row) {
    const std::string handle{row.raw(Column::kHandle)};
    if (!is_id_text(handle, kProductIdBytesMax)) {
      row.fault(Column::kHandle, "bad_handle", "A handle has 1 to 200 bytes and no spaces.");
      return;
    }
    const auto [found, fresh] = by_handle_.try_emplace(handle, products_.size());
    if (fresh) begin(handle, row);
    ProductInput& product = products_[found->second];
    describe(product, row);
    if (has_variant(row)) add_variant(product, row);
    const std::string image = with_scheme(row.raw(Column::kImage));
    if (!image.empty() && std::ranges::find(product.images, image) == product.images.end()) {
      product.images.push_back(image);
    }
  }

  void finish() {
    for (std::size_t i = first_; i < products_.size(); ++i) {
      ProductInput& product = products_[i];
      const auto& [file, line] = product.place;
      if (product.title.empty())
        faults_.add(file, line, "title_missing", "No row of this handle has a title.", "Title");
      if (product.variants.empty()) {
        faults_.add(file, line, "variant_missing", "No row of this handle has a price.", "Variant Price");
      }
      if (!product.images.empty()) product.image_url = product.images.front();
      for (VariantInput& variant : product.variants) variant.gift_card = product.gift_card;
      assign_variant_ids(product);
    }
  }

 private:
  void begin(const std::string& handle, const ShopifyRow& row) {
    ProductInput product;
    product.place = Place{file_, row.line()};
    product.id = handle;
    product.handle = handle;
    product.published = row.flag(Column::kPublished, true);
    const auto status = row.raw(Column::kStatus);
    if (!status.empty() && !equals_ignoring_case(status, "active")) product.published = false;
    for (const OptionColumns& option : kOptions) product.option_names.push_back(row.text(option.name));
    product.gift_card = row.flag(Column::kGiftCard, false);
    products_.push_back(std::move(product));
  }

  /// The first row of a product that says something wins; exports leave it out on the others.
  static void describe(ProductInput& product, const ShopifyRow& row) {
    if (product.title.empty()) product.title = row.text(Column::kTitle);
    if (product.vendor.empty()) product.vendor = row.text(Column::kVendor);
    if (product.category.empty()) product.category = row.text(Column::kType);
    if (product.description.empty()) product.description = std::string(row.raw(Column::kBody));
    if (product.tags.empty()) product.tags = split_tags(row.raw(Column::kTags));
  }

  void add_variant(ProductInput& product, const ShopifyRow& row) {
    VariantInput variant;
    variant.place = Place{file_, row.line()};
    for (const OptionColumns& option : kOptions) variant.options.push_back(row.text(option.value));
    const bool only = variant.options == std::vector<std::string>{"Default Title", "", ""};
    if (only) variant.options.assign(kOptions.size(), "");
    for (const std::string& value : variant.options) {
      if (!value.empty()) variant.title += (variant.title.empty() ? "" : " / ") + value;
    }
    const auto amount = row.price(Column::kPrice, currency_);
    if (row.raw(Column::kPrice).empty()) {
      row.fault(Column::kPrice, "price_missing", "This variant has no price; write 0.00 for what is free.");
    }
    auto compare_at = row.price(Column::kCompareAt, currency_);
    if (compare_at == 0) compare_at = std::nullopt;
    if (amount) variant.prices.push_back({currency_, *amount, compare_at});
    variant.sku = row.text(Column::kSku);
    variant.barcode = row.text(Column::kBarcode);
    variant.image_url = with_scheme(row.raw(Column::kVariantImage));
    variant.grams = row.grams(Column::kGrams);
    variant.requires_shipping = row.flag(Column::kRequiresShipping, true);
    variant.taxable = row.flag(Column::kTaxable, true);
    if (const std::string code = row.text(Column::kTaxCode); !code.empty()) variant.tax_class = code;
    read_stock(row, variant);
    refuse_repeated_options(product, row, variant);
    product.variants.push_back(std::move(variant));
  }

  static void read_stock(const ShopifyRow& row, VariantInput& variant) {
    variant.tracked = !row.raw(Column::kTracker).empty();
    const std::int64_t quantity = row.count(Column::kQuantity);
    if (variant.tracked) variant.on_hand = quantity;
    const auto policy = row.raw(Column::kPolicy);
    variant.backorder = equals_ignoring_case(policy, "continue");
    if (!variant.backorder && !policy.empty() && !equals_ignoring_case(policy, "deny")) {
      row.fault(Column::kPolicy, "unknown_value", "This must be deny, continue or empty.");
    }
  }

  void refuse_repeated_options(const ProductInput& product, const ShopifyRow& row, const VariantInput& variant) {
    std::string key = product.id;
    for (const std::string& value : variant.options) key += '\x1f' + value;
    const auto [found, fresh] = lines_by_options_.try_emplace(std::move(key), row.line());
    if (fresh) return;
    row.fault(Column::kOption1Value, "duplicate_variant",
              "The same options as in line " + std::to_string(found->second) + " of this handle.");
  }

  const std::string& file_;
  Currency currency_;
  std::vector<ProductInput>& products_;
  std::size_t first_;
  ports::FaultList& faults_;
  std::unordered_map<std::string, std::size_t> by_handle_;
  std::unordered_map<std::string, std::int64_t> lines_by_options_;
};

}  // namespace

bool read_shopify_csv(std::istream& in, const std::string& file, Currency currency, std::vector<ProductInput>& products,
                      ports::FaultList& faults, ports::ProgressMeter& progress) {
  CsvReader reader(in);
  CsvRecord record;
  if (!reader.next(record) || !ShopifyColumns::is_product_export(record)) return false;
  const std::size_t faults_before = faults.count();
  const ShopifyColumns columns(record, file, faults);
  if (faults.count() != faults_before) return true;
  Builder builder(file, currency, products, faults);
  std::size_t rows = 0;
  while (reader.next(record)) {
    progress.at(file, record.line);
    if (!record.fault.empty()) {
      faults.add(file, record.line, std::string(record.fault), csv_fault_text(record.fault));
    } else if (!record.blank() && record.fields.size() != columns.width()) {
      faults.add(file, record.line, "wrong_field_count",
                 "This row has " + std::to_string(record.fields.size()) + " fields, the header has " +
                     std::to_string(columns.width()) + ".");
    } else if (!record.blank()) {
      builder.add(ShopifyRow(columns, record, file, faults));
    }
    if (++rows > ports::kBundleRowsMax) {
      faults.add(file, record.line, "too_many_rows", "One import takes at most two million rows.");
      break;
    }
  }
  builder.finish();
  progress.finished(file, reader.lines());
  return true;
}

}  // namespace kassa::catalog
