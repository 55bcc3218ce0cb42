#pragma once
// Products as the lines of products.ndjson that would set them: what an import takes, page by page. Levels are not in
// it (stock is another file), and a price list's prices neither.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

struct ProductLine {
  std::string id;
  std::string text;  ///< One line, without its end.
};

struct ProductPage {
  std::vector<ProductLine> lines;
  std::string last;  ///< Id of the last product that was looked at.
  bool more{false};
};

/// Behind the id `after`, of at most `most` products. `with_etags`: each line has if_match, so that it can be sent back
/// as it is.
asio::awaitable<Result<ProductPage>> export_products(ports::Store& store, StoreId id, std::string after,
                                                     std::int64_t most, bool with_etags);

}  // namespace kassa::catalog
