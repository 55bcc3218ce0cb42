#include "services/protocol/ucp/catalog_render.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "services/base/json_writer.hpp"
#include "services/catalog/plain_text.hpp"
#include "services/protocol/web_address.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kBytesPerProduct = 2'048;

void write_frame(JsonWriter& json, const CatalogFrame& frame) {
  if (!frame.capabilities) return;
  json.key("ucp");
  json.begin_object();
  json.member("version", kUcpVersion);
  json.member("status", "success");
  json.key("capabilities");
  json.begin_object();
  for (const CapabilityRow& row : kCapabilities) {
    const bool of_catalog = row.id == Capability::kCatalogSearch || row.id == Capability::kCatalogLookup;
    if (!of_catalog || !frame.capabilities->has(row.id)) continue;
    json.key(row.name);
    json.begin_array();
    json.begin_object();
    json.member("version", kUcpVersion);
    json.end_object();
    json.end_array();
  }
  json.end_object();
  json.end_object();
}

void write_notes(JsonWriter& json, const CatalogFrame& frame) {
  if (frame.notes.empty()) return;
  json.key("messages");
  json.begin_array();
  for (const CatalogNote& note : frame.notes) {
    json.begin_object();
    json.member("type", "info");
    json.member("code", note.code);
    json.member("content", note.content);
    json.end_object();
  }
  json.end_array();
}

template <std::size_t N>
void write_price(JsonWriter& json, const char (&key)[N], std::int64_t amount, Currency currency) {
  json.key(key);
  json.begin_object();
  json.member("amount", amount);
  json.member("currency", currency.code());
  json.end_object();
}

/// What is struck through, where it is more than the price.
std::int64_t list_price(const ShownVariant& variant) {
  return std::max(variant.price.amount, variant.price.compare_at.value_or(0));
}

template <std::size_t N, class Amount>
void write_range(JsonWriter& json, const char (&key)[N], const ShownProduct& product, Amount amount) {
  const auto [least, most] = std::ranges::minmax_element(product.variants, {}, amount);
  json.key(key);
  json.begin_object();
  write_price(json, "min", amount(*least), least->price.currency);
  write_price(json, "max", amount(*most), most->price.currency);
  json.end_object();
}

void write_ranges(JsonWriter& json, const ShownProduct& product) {
  write_range(json, "price_range", product, [](const ShownVariant& v) { return v.price.amount; });
  const bool reduced =
      std::ranges::any_of(product.variants, [](const auto& v) { return list_price(v) > v.price.amount; });
  if (reduced) write_range(json, "list_price_range", product, list_price);
}

void write_media(JsonWriter& json, const std::vector<std::string>& images, std::string_view alt_text) {
  if (std::ranges::none_of(images, is_web_address)) return;
  json.key("media");
  json.begin_array();
  std::set<std::string_view> told;
  for (const std::string& image : images) {
    if (!is_web_address(image) || !told.insert(image).second) continue;
    json.begin_object();
    json.member("type", "image");
    json.member("url", image);
    json.optional_member("alt_text", alt_text);
    json.end_object();
  }
  json.end_array();
}

void write_description(JsonWriter& json, std::string_view text, bool whole) {
  const std::string_view shown = whole ? text : catalog::beginning_of(text, kListedDescriptionBytesMax);
  const bool html = catalog::is_html(text);
  json.key("description");
  json.begin_object();
  json.member("plain", html ? catalog::text_of_html(shown) : std::string(shown));
  // Half of an HTML document is none.
  if (html && shown.size() == text.size()) json.member("html", text);
  json.end_object();
}

std::string_view barcode_type(std::string_view code) noexcept {
  const bool digits = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return "other";
  if (code.size() == 12) return "UPC";
  return code.size() == 8 || code.size() == 13 ? "EAN" : "GTIN";
}

void write_option_values(JsonWriter& json, const ShownProduct& product, const ShownVariant& variant) {
  const std::size_t count = std::min(variant.options.size(), product.option_names.size());
  if (count == 0) return;
  json.key("options");
  json.begin_array();
  for (std::size_t i = 0; i < count; ++i) {
    json.begin_object();
    json.member("name", product.option_names[i]);
    json.member("label", variant.options[i]);
    json.end_object();
  }
  json.end_array();
}

void write_inputs(JsonWriter& json, const std::vector<LookupInput>& inputs) {
  if (inputs.empty()) return;
  json.key("inputs");
  json.begin_array();
  for (const LookupInput& input : inputs) {
    json.begin_object();
    json.member("id", input.id);
    json.member("match", input.exact ? "exact" : "featured");
    json.end_object();
  }
  json.end_array();
}

void write_variant(JsonWriter& json, const ShownProduct& product, const ShownVariant& shown) {
  const ports::VariantView& variant = *shown.variant;
  json.begin_object();
  json.member("id", variant.id.value);
  json.optional_member("sku", variant.sku);
  if (!shown.barcode.empty()) {
    json.key("barcodes");
    json.begin_array();
    json.begin_object();
    json.member("type", barcode_type(shown.barcode));
    json.member("value", shown.barcode);
    json.end_object();
    json.end_array();
  }
  json.member("title", variant.title.empty() ? product.product->title : variant.title);
  json.key("description");
  json.begin_object();
  json.member("plain", variant.full_title);
  json.end_object();
  write_price(json, "price", shown.price.amount, shown.price.currency);
  if (list_price(shown) > shown.price.amount) {
    write_price(json, "list_price", list_price(shown), shown.price.currency);
  }
  json.key("availability");
  json.begin_object();
  json.key("available");
  json.boolean(shown.available);
  json.member("status", shown.status);
  json.end_object();
  write_option_values(json, product, shown);
  write_media(json, {variant.image_url}, variant.full_title);
  write_inputs(json, shown.inputs);
  json.end_object();
}

/// One label of an option, and whether it goes with what else is selected.
struct OptionValue {
  std::string_view label;
  bool available{false};
  bool exists{false};
};

/// Each label once, in the order of the variants.
std::vector<OptionValue> values_of(const ShownProduct& product, std::string_view option,
                                   const std::vector<ShownOption>& selected) {
  std::vector<ShownOption> others;
  std::ranges::copy_if(selected, std::back_inserter(others),
                       [option](const ShownOption& other) { return other.name != option; });
  std::vector<OptionValue> values;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const ShownVariant& variant : product.variants) {
    const std::string_view label = label_of(product, variant, option);
    if (label.empty()) continue;
    const auto [place, is_new] = places.emplace(label, values.size());
    if (is_new) values.push_back({label});
    if (!has_options(product, variant, others)) continue;
    OptionValue& value = values[place->second];
    value.exists = true;
    value.available = value.available || variant.available;
  }
  return values;
}

void write_values(JsonWriter& json, std::string_view name, const std::vector<OptionValue>& values, bool with_signals) {
  json.begin_object();
  json.member("name", name);
  json.key("values");
  json.begin_array();
  for (const OptionValue& value : values) {
    json.begin_object();
    json.member("label", value.label);
    if (with_signals) {
      json.key("available");
      json.boolean(value.available);
      json.key("exists");
      json.boolean(value.exists);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_options(JsonWriter& json, const ShownProduct& product, const std::vector<ShownOption>* selected) {
  bool begun = false;
  for (const std::string& name : product.option_names) {
    const auto values = values_of(product, name, selected == nullptr ? std::vector<ShownOption>{} : *selected);
    if (values.empty()) continue;
    if (!begun) {
      json.key("options");
      json.begin_array();
      begun = true;
    }
    write_values(json, name, values, selected != nullptr);
  }
  if (begun) json.end_array();
}

/// What a list shows of many: what can be bought comes first.
std::vector<const ShownVariant*> listed_variants(const ShownProduct& product) {
  std::vector<const ShownVariant*> listed;
  for (const bool available : {true, false}) {
    for (const ShownVariant& variant : product.variants) {
      if (variant.available == available && listed.size() < kListedVariantsMax) listed.push_back(&variant);
    }
  }
  return listed;
}

void write_variants(JsonWriter& json, const ShownProduct& product, bool whole) {
  json.key("variants");
  json.begin_array();
  if (whole || product.variants.size() <= kListedVariantsMax) {
    for (const ShownVariant& variant : product.variants) write_variant(json, product, variant);
  } else {
    for (const ShownVariant* const variant : listed_variants(product)) write_variant(json, product, *variant);
  }
  json.end_array();
}

void write_names(JsonWriter& json, const ports::ProductView& product) {
  if (!product.category.empty()) {
    json.key("categories");
    json.begin_array();
    json.begin_object();
    json.member("value", product.category);
    json.member("taxonomy", "merchant");
    json.end_object();
    json.end_array();
  }
  if (!product.tags.empty()) {
    json.key("tags");
    json.begin_array();
    for (const std::string& tag : product.tags) json.text(tag);
    json.end_array();
  }
  if (!product.vendor.empty()) {
    json.key("metadata");
    json.begin_object();
    json.member("vendor", product.vendor);
    json.end_object();
  }
}

/// `selected`: of an answer about one product.
void write_product(JsonWriter& json, const ShownProduct& shown, const std::vector<ShownOption>* selected) {
  const ports::ProductView& product = *shown.product;
  json.begin_object();
  json.member("id", product.id.value);
  json.optional_member("handle", product.handle);
  json.member("title", product.title);
  write_description(json, shown.description, selected != nullptr);
  write_names(json, product);
  write_ranges(json, shown);
  std::vector<std::string> images{product.image_url};
  images.insert(images.end(), shown.images.begin(), shown.images.end());
  write_media(json, images, product.title);
  write_options(json, shown, selected);
  if (selected != nullptr) {
    json.key("selected");
    json.begin_array();
    for (const ShownOption& option : *selected) {
      json.begin_object();
      json.member("name", option.name);
      json.member("label", option.label);
      json.end_object();
    }
    json.end_array();
  }
  write_variants(json, shown, selected != nullptr);
  json.end_object();
}

void write_products(JsonWriter& json, const std::vector<ShownProduct>& products) {
  json.key("products");
  json.begin_array();
  for (const ShownProduct& product : products) write_product(json, product, nullptr);
  json.end_array();
}

}  // namespace

std::string render_search(const CatalogFrame& frame, const std::vector<ShownProduct>& products,
                          const catalog::CatalogPage& page) {
  JsonWriter json(kBytesPerProduct * (products.size() + 1));
  json.begin_object();
  write_frame(json, frame);
  write_products(json, products);
  json.key("pagination");
  json.begin_object();
  json.key("has_next_page");
  json.boolean(page.has_next);
  json.optional_member("cursor", page.cursor);
  if (page.total) json.member("total_count", *page.total);
  json.end_object();
  write_notes(json, frame);
  json.end_object();
  return json.text();
}

std::string render_lookup(const CatalogFrame& frame, const std::vector<ShownProduct>& products) {
  JsonWriter json(kBytesPerProduct * (products.size() + 1));
  json.begin_object();
  write_frame(json, frame);
  write_products(json, products);
  write_notes(json, frame);
  json.end_object();
  return json.text();
}

std::string render_product(const CatalogFrame& frame, const ShownProduct& product,
                           const std::vector<ShownOption>& selected) {
  JsonWriter json(kBytesPerProduct * 2);
  json.begin_object();
  write_frame(json, frame);
  json.key("product");
  write_product(json, product, &selected);
  write_notes(json, frame);
  json.end_object();
  return json.text();
}

}  // namespace kassa::protocol
