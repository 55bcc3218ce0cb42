#include "services/catalog/product_texts.hpp"

#include <algorithm>

#include "services/catalog/body_json.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kIdsPerRead = 10;
constexpr std::string_view kSelectBodies =
    "SELECT product_id, body FROM product WHERE store_id = $1 AND product_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11)";
constexpr std::string_view kSelectVariantBodies =
    "SELECT product_id, variant_id, body FROM variant WHERE store_id = $1 AND product_id IN ($2, $3, $4, $5, $6, $7, "
    "$8, "
    "$9, $10, $11) ORDER BY product_id, position";

/// The last id again and again where there are fewer.
std::vector<ports::SqlValue> params_of(const StoreId& id, const std::vector<std::string>& products, std::size_t from) {
  std::vector<ports::SqlValue> params{id.value};
  for (std::size_t i = 0; i < kIdsPerRead; ++i) params.emplace_back(products[std::min(from + i, products.size() - 1)]);
  return params;
}

}  // namespace

asio::awaitable<Result<ProductTexts>> load_product_texts(ports::Store& store, StoreId id,
                                                         std::vector<std::string> products) {
  ProductTexts texts;
  for (std::size_t from = 0; from < products.size(); from += kIdsPerRead) {
    ports::Step bodies(kSelectBodies, params_of(id, products, from));
    KASSA_CO_TRY(const auto product_rows, co_await store.query(std::move(bodies)));
    for (const ports::Row& row : product_rows) {
      const json::object body = body_in(ports::as_string(row[1]));
      ProductText& text = texts[ports::as_string(row[0])];
      text.description = text_in(body, "description");
      text.images = texts_in(body, "images");
      text.option_names = texts_in(body, "options");
    }
    ports::Step variants(kSelectVariantBodies, params_of(id, products, from));
    KASSA_CO_TRY(const auto variant_rows, co_await store.query(std::move(variants)));
    for (const ports::Row& row : variant_rows) {
      const json::object body = body_in(ports::as_string(row[2]));
      texts[ports::as_string(row[0])].variants.push_back(
          {ports::as_string(row[1]), text_in(body, "barcode"), texts_in(body, "options")});
    }
  }
  co_return std::move(texts);
}

}  // namespace kassa::catalog
