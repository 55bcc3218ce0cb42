#pragma once
// What a page about a product shows and a checkout does not need: read from the store for the products of one answer.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

struct VariantText {
  std::string id;
  std::string barcode;
  std::vector<std::string> options;  ///< Values, in the order of the product's option names.
};

struct ProductText {
  std::string description;  ///< Plain or HTML, as the merchant wrote it.
  std::vector<std::string> images;
  std::vector<std::string> option_names;
  std::vector<VariantText> variants;  ///< In the merchant's order; withdrawn ones, too.
};

using ProductTexts = std::unordered_map<std::string, ProductText>;

/// Products that the store does not have are absent.
asio::awaitable<Result<ProductTexts>> load_product_texts(ports::Store& store, StoreId id,
                                                         std::vector<std::string> products);

}  // namespace kassa::catalog
