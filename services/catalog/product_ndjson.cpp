#include "services/catalog/product_ndjson.hpp"

#include <algorithm>
#include <map>

#include "services/base/limits.hpp"
#include "services/catalog/cell.hpp"
#include "services/catalog/sale_terms_json.hpp"
#include "services/catalog/variant_id.hpp"
#include "services/ports/attribute_values.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kVariantsPerProductMax = 2'000;
constexpr std::size_t kListMax = 250;
const std::initializer_list<std::string_view> kVariantMembers{"id",
                                                              "title",
                                                              "options",
                                                              "sku",
                                                              "barcode",
                                                              "image_url",
                                                              "tax_class",
                                                              "price",
                                                              "compare_at",
                                                              "prices",
                                                              "grams",
                                                              "requires_shipping",
                                                              "taxable",
                                                              "tracked",
                                                              "policy",
                                                              "gift_card",
                                                              "on_hand",
                                                              "minimum_quantity",
                                                              "maximum_quantity",
                                                              "quantity_multiple",
                                                              "customer_limit",
                                                              "sale_from",
                                                              "sale_until",
                                                              "minimum_age",
                                                              "preorder_until",
                                                              "attributes"};
const std::initializer_list<std::string_view> kProductMembers{"id",
                                                              "handle",
                                                              "title",
                                                              "vendor",
                                                              "category",
                                                              "tags",
                                                              "description",
                                                              "image_url",
                                                              "images",
                                                              "options",
                                                              "published",
                                                              "variants",
                                                              "minimum_quantity",
                                                              "maximum_quantity",
                                                              "quantity_multiple",
                                                              "customer_limit",
                                                              "sale_from",
                                                              "sale_until",
                                                              "minimum_age",
                                                              "preorder_until",
                                                              "attributes"};

std::string text_of(ObjectReader& reader, std::string_view key) {
  return reader.text(key, limits::kTextBytesMax).value_or("");
}

std::vector<std::string> texts_of(ObjectReader& reader, std::string_view key) {
  std::vector<std::string> result;
  const json::array* const elements = reader.array(key, kListMax);
  if (elements == nullptr) return result;
  for (const json::value& element : *elements) {
    const json::string* const text = element.if_string();
    if (text == nullptr || text->size() > limits::kTextBytesMax) {
      reader.fault(key, "type_mismatch", "Each element must be a string of at most 1024 bytes.");
    } else {
      result.emplace_back(text->data(), text->size());
    }
  }
  return result;
}

std::optional<std::string> id_of(ObjectReader& reader, std::string_view key, std::size_t bytes_max) {
  auto id = reader.text(key, bytes_max);
  if (!id || is_id_text(*id, bytes_max)) return id;
  reader.fault(key, "bad_id", "An id has at least one byte and no spaces.");
  return std::nullopt;
}

bool continues(ObjectReader& reader, std::string_view key) {
  const std::string word = text_of(reader, key);
  if (word.empty() || word == "deny") return false;
  if (word != "continue") reader.fault(key, "unknown_value", "This must be \"deny\" or \"continue\".");
  return word == "continue";
}

/// {"EUR": "12.50"} or {"EUR": {"amount": "12.50", "compare_at": "15.00"}}
void read_prices(ObjectReader& variant, const std::vector<Currency>& currencies, VariantInput& out) {
  const json::object* const prices = variant.object("prices");
  if (prices == nullptr) return;
  ObjectReader reader(*prices, variant.path_of("prices"), variant.problems());
  for (const auto& member : *prices) {
    const std::string_view code{member.key().data(), member.key().size()};
    const auto currency = Currency::from_code(code);
    if (!currency || std::ranges::find(currencies, *currency) == currencies.end()) {
      reader.fault(code, "currency_unknown", "The store's settings do not name this currency.");
    } else if (std::ranges::find(out.prices, *currency, &PriceInput::currency) != out.prices.end()) {
      reader.fault(code, "duplicate", "`price` already says this.");
    } else if (member.value().is_object()) {
      ObjectReader price(member.value().get_object(), reader.path_of(code), variant.problems());
      ports::refuse_unknown_members(price, {"amount", "compare_at"});
      price.require("amount");
      const auto amount = price_member(price, "amount", *currency);
      if (amount) out.prices.push_back({*currency, *amount, price_member(price, "compare_at", *currency)});
    } else if (const auto amount = price_member(reader, code, *currency)) {
      out.prices.push_back({*currency, *amount, std::nullopt});
    }
  }
}

/// As it is written, once it is known to be right.
json::object attributes_of(ObjectReader& reader, std::span<const AttributeSpec> declared) {
  const json::object* const values = reader.object("attributes");
  if (values == nullptr) return {};
  static_cast<void>(ports::read_facts(reader, "attributes", declared, ports::ValuesOf::kLine));
  return *values;
}

VariantInput read_variant(ObjectReader& reader, const std::vector<Currency>& currencies,
                          std::span<const AttributeSpec> declared, const ports::SaleTerms& of_product) {
  ports::refuse_unknown_members(reader, kVariantMembers);
  VariantInput variant;
  variant.terms = of_product;
  variant.id = id_of(reader, "id", limits::kIdBytesMax).value_or("");
  variant.options = texts_of(reader, "options");
  variant.title = text_of(reader, "title");
  if (variant.title.empty()) {
    for (const std::string& value : variant.options) variant.title += (variant.title.empty() ? "" : " / ") + value;
  }
  variant.sku = text_of(reader, "sku");
  variant.barcode = text_of(reader, "barcode");
  variant.image_url = text_of(reader, "image_url");
  if (const std::string tax_class = text_of(reader, "tax_class"); !tax_class.empty()) variant.tax_class = tax_class;
  if (const auto amount = price_member(reader, "price", currencies.front())) {
    variant.prices.push_back({currencies.front(), *amount, price_member(reader, "compare_at", currencies.front())});
  }
  read_prices(reader, currencies, variant);
  if (!reader.has("price") && !reader.has("prices")) {
    reader.fault("price", "price_missing", "This variant has no price.", "Write \"0.00\" for what is free.");
  }
  variant.grams = reader.integer("grams", 0, kGramsMax).value_or(0);
  variant.requires_shipping = reader.boolean("requires_shipping").value_or(true);
  variant.taxable = reader.boolean("taxable").value_or(true);
  variant.tracked = reader.boolean("tracked").value_or(true);
  variant.backorder = continues(reader, "policy");
  variant.gift_card = reader.boolean("gift_card").value_or(false);
  variant.on_hand = reader.integer("on_hand", -kOnHandMax, kOnHandMax);
  read_sale_terms(reader, variant.terms);
  check_sale_terms(reader, variant.terms);
  variant.attributes = attributes_of(reader, declared);
  return variant;
}

void read_variants(ObjectReader& reader, const std::vector<Currency>& currencies,
                   std::span<const AttributeSpec> declared, ProductInput& product) {
  reader.require("variants");
  const json::array* const variants = reader.array("variants", kVariantsPerProductMax);
  if (variants == nullptr) return;
  if (variants->empty()) reader.fault("variants", "variant_missing", "A product has at least one variant.");
  ports::SaleTerms terms;
  read_sale_terms(reader, terms);
  std::map<std::vector<std::string>, std::size_t> seen;
  for (std::size_t i = 0; i < variants->size(); ++i) {
    const json::object* const object = (*variants)[i].if_object();
    if (object == nullptr) {
      reader.fault("variants", "type_mismatch", "Each variant must be an object.");
      continue;
    }
    ObjectReader element(*object, reader.path_of("variants") + "/" + std::to_string(i), reader.problems());
    VariantInput variant = read_variant(element, currencies, declared, terms);
    variant.place = product.place;
    if (variant.id.empty() && !seen.emplace(variant.options, i).second) {
      element.fault("options", "duplicate_variant", "Two variants without ids have the same options.");
    }
    product.variants.push_back(std::move(variant));
  }
}

}  // namespace

bool read_policy(ObjectReader& reader) { return continues(reader, "policy"); }

ProductInput read_product(ObjectReader& reader, const std::vector<Currency>& currencies,
                          std::span<const AttributeSpec> declared, Place place) {
  ports::refuse_unknown_members(reader, kProductMembers);
  ProductInput product;
  product.place = std::move(place);
  product.all_prices = true;
  reader.require("id");
  reader.require("title");
  product.id = id_of(reader, "id", kProductIdBytesMax).value_or("");
  product.handle = id_of(reader, "handle", kProductIdBytesMax).value_or(product.id);
  product.title = text_of(reader, "title");
  product.vendor = text_of(reader, "vendor");
  product.category = text_of(reader, "category");
  product.description = reader.text("description", ports::kBundleLineBytesMax).value_or("");
  product.image_url = text_of(reader, "image_url");
  product.images = texts_of(reader, "images");
  if (product.image_url.empty() && !product.images.empty()) product.image_url = product.images.front();
  product.tags = texts_of(reader, "tags");
  if (std::ranges::any_of(product.tags, [](const std::string& tag) { return tag.find('\n') != std::string::npos; })) {
    reader.fault("tags", "bad_tag", "A tag is one line.");
  }
  product.option_names = texts_of(reader, "options");
  product.published = reader.boolean("published").value_or(true);
  product.attributes = attributes_of(reader, declared);
  read_variants(reader, currencies, declared, product);
  assign_variant_ids(product);
  return product;
}

void read_products_ndjson(std::istream& in, const std::string& file, const std::vector<Currency>& currencies,
                          std::vector<ProductInput>& products, ports::FaultList& faults, ports::ProgressMeter& progress,
                          std::span<const AttributeSpec> declared) {
  ports::NdjsonReader lines(in, file, faults, progress);
  while (const auto object = lines.next()) {
    std::vector<Problem> problems;
    ObjectReader reader(*object, "", problems);
    products.push_back(read_product(reader, currencies, declared, Place{file, lines.line()}));
    faults.add(file, lines.line(), problems);
    if (products.size() > ports::kBundleRowsMax) {
      return faults.add(file, lines.line(), "too_many_rows", "One import takes at most two million rows.");
    }
  }
}

void read_stock_ndjson(std::istream& in, const std::string& file, std::vector<StockInput>& stock,
                       ports::FaultList& faults, ports::ProgressMeter& progress) {
  ports::NdjsonReader lines(in, file, faults, progress);
  while (const auto object = lines.next()) {
    std::vector<Problem> problems;
    ObjectReader reader(*object, "", problems);
    ports::refuse_unknown_members(reader, {"variant", "location", "on_hand", "policy"});
    reader.require("variant");
    reader.require("on_hand");
    StockInput input;
    input.place = Place{file, lines.line()};
    input.variant = text_of(reader, "variant");
    input.location = text_of(reader, "location");
    input.on_hand = reader.integer("on_hand", -kOnHandMax, kOnHandMax).value_or(0);
    if (reader.has("policy")) input.backorder = continues(reader, "policy");
    faults.add(file, lines.line(), problems);
    if (problems.empty()) stock.push_back(std::move(input));
    if (stock.size() > ports::kBundleRowsMax) {
      return faults.add(file, lines.line(), "too_many_rows", "One import takes at most two million rows.");
    }
  }
}

}  // namespace kassa::catalog
