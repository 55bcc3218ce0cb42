#include "services/catalog/bundle_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "discounts/declared.hpp"
#include "services/base/ensure.hpp"
#include "services/catalog/config_files.hpp"
#include "services/catalog/price_lists.hpp"
#include "services/catalog/product_ndjson.hpp"
#include "services/catalog/shopify_csv.hpp"

namespace kassa::catalog {
namespace {

namespace fs = std::filesystem;

constexpr auto kFixedNames = std::to_array<std::string_view>(
    {"store.json", "products.ndjson", "stock.ndjson", "locations.json", "discounts.json", "shipping.json", "tax.json",
     "gateways.json", "price_lists.json", "price_lists.ndjson"});
constexpr std::size_t kFilesMax = 200;

bool is_readable_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && std::ifstream(path, std::ios::binary).is_open();
}

void refuse_repeated_ids(const std::vector<ProductInput>& products, ports::FaultList& faults) {
  std::map<std::string_view, const Place*> ids;
  std::map<std::string_view, const Place*> variants;
  const auto refuse = [&faults](auto& seen, std::string_view id, const Place& place, const char* what) {
    if (id.empty()) return;
    const auto [found, fresh] = seen.emplace(id, &place);
    if (fresh) return;
    faults.add(place.file, place.line, "duplicate_id",
               std::string(what) + " of this id is also in " + found->second->file + " line " +
                   std::to_string(found->second->line) + ".");
  };
  for (const ProductInput& product : products) {
    refuse(ids, product.id, product.place, "A product");
    for (const VariantInput& variant : product.variants) refuse(variants, variant.id, variant.place, "A variant");
  }
}

void read_product_files(const BundleFolder& folder, const ports::StoreSettings& settings, BundleInput& input,
                        ports::FaultList& faults, ports::ProgressMeter& progress, std::vector<std::string>& notes) {
  const std::vector<Currency>& currencies = settings.currencies;
  std::vector<ProductInput> products;
  bool found = false;
  for (const std::string& file : folder.csv_files()) {
    std::ifstream in(folder.path_of(file), std::ios::binary);
    if (read_shopify_csv(in, file, currencies.front(), products, faults, progress)) {
      found = true;
    } else {
      notes.push_back(file + " has no Handle column and was left out");
    }
  }
  if (folder.has("products.ndjson")) {
    found = true;
    std::ifstream in(folder.path_of("products.ndjson"), std::ios::binary);
    read_products_ndjson(in, "products.ndjson", currencies, products, faults, progress, settings.discount_attributes);
  }
  if (!found) return;
  refuse_repeated_ids(products, faults);
  input.products = std::move(products);
}

}  // namespace

Result<BundleFolder> BundleFolder::open(const fs::path& folder, const std::vector<std::string>& parts) {
  std::error_code error;
  BundleFolder bundle;
  bundle.folder_ = folder;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool known =
        std::ranges::find(kFixedNames, name) != kFixedNames.end() || std::ranges::find(parts, name) != parts.end();
    if (!known && !name.ends_with(".csv")) continue;
    // Left out in silence, a dangling link would be a bundle without taxes.
    if (!is_readable_file(entry->path())) {
      return Error{Errc::kInvalidRequest, name + " is no regular file that can be read"};
    }
    if (known) bundle.files_.push_back(name);
    if (name.ends_with(".csv")) bundle.csv_files_.push_back(name);
    if (bundle.csv_files_.size() > kFilesMax)
      return Error{Errc::kInvalidRequest, "the folder holds too many CSV files"};
  }
  if (error) return Error{Errc::kNotFound, "the folder cannot be read"};
  if (bundle.files_.empty() && bundle.csv_files_.empty()) {
    return Error{Errc::kInvalidRequest, "the folder holds no file of a store bundle"};
  }
  std::ranges::sort(bundle.csv_files_);
  return bundle;
}

bool BundleFolder::has(const std::string& file) const { return std::ranges::find(files_, file) != files_.end(); }

std::int64_t BundleFolder::lines_total() const {
  std::int64_t lines = 0;
  std::vector<std::string> names = csv_files_;
  for (const std::string& file : files_) {
    if (file.ends_with(".ndjson")) names.push_back(file);
  }
  std::vector<char> chunk(256 * 1024);
  for (const std::string& file : names) {
    std::ifstream in(path_of(file), std::ios::binary);
    char last = '\n';
    while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
      const auto size = in.gcount();
      lines += std::count(chunk.begin(), chunk.begin() + size, '\n');
      last = chunk[static_cast<std::size_t>(size) - 1];
    }
    if (last != '\n') ++lines;
  }
  return lines;
}

std::string BundleFolder::text_of(const std::string& file, ports::FaultList& faults) const {
  std::error_code error;
  const auto size = fs::file_size(path_of(file), error);
  std::ifstream in(path_of(file), std::ios::binary);
  if (error || !in) {
    faults.add(file, 0, "unreadable", "The file cannot be read.");
    return {};
  }
  if (size > ports::kBundleDocumentBytesMax) {
    faults.add(file, 0, "file_too_large", "This file holds at most 64 MiB.");
    return {};
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

ports::StoreSettings read_settings_file(const BundleFolder& folder, ports::FaultList& faults) {
  const json::object document = read_document(folder.text_of("store.json", faults), "store.json", faults);
  std::vector<Problem> problems;
  ports::StoreSettings settings = ports::read_store_settings(document, problems);
  if (problems.empty()) discounts::check_declared(settings.discount_attributes, problems);
  faults.add("store.json", 0, problems);
  const auto fallback = Currency::from_code("USD");
  ensure(fallback.has_value(), "USD is a currency");
  if (settings.currencies.empty()) settings.currencies.push_back(*fallback);
  return settings;
}

BundleInput read_bundle(const BundleFolder& folder, const ports::StoreSettings& settings,
                        const std::vector<std::string>& adapters, ports::FaultList& faults,
                        ports::ProgressMeter& progress, std::vector<std::string>& notes) {
  BundleInput input;
  if (folder.has("store.json")) input.settings = ports::write_store_settings(settings);
  read_product_files(folder, settings, input, faults, progress, notes);
  if (folder.has("stock.ndjson")) {
    std::ifstream in(folder.path_of("stock.ndjson"), std::ios::binary);
    read_stock_ndjson(in, "stock.ndjson", input.stock.emplace(), faults, progress);
  }
  if (folder.has("price_lists.ndjson")) {
    std::ifstream in(folder.path_of("price_lists.ndjson"), std::ios::binary);
    read_price_lists(in, "price_lists.ndjson", settings.currencies, input.price_lists.emplace(), faults, progress);
  }
  const auto read = [&](const char* file, const auto& reader) {
    if (folder.has(file)) reader(folder.text_of(file, faults), std::string(file));
  };
  read("locations.json",
       [&](const std::string& text, const std::string& file) { input.locations = read_locations(text, file, faults); });
  read("discounts.json", [&](const std::string& text, const std::string& file) {
    input.rules = read_rules(text, file, faults, settings.discount_attributes);
  });
  read("shipping.json",
       [&](const std::string& text, const std::string& file) { input.shipping = read_shipping(text, file, faults); });
  read("tax.json",
       [&](const std::string& text, const std::string& file) { input.taxes = read_taxes(text, file, faults); });
  read("price_lists.json", [&](const std::string& text, const std::string& file) {
    input.price_list_names = read_price_list_names(text, file, faults);
  });
  read("gateways.json", [&](const std::string& text, const std::string& file) {
    input.gateways = read_gateways(text, file, adapters, faults);
  });
  return input;
}

}  // namespace kassa::catalog
