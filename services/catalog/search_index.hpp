#pragma once
// The rows that the catalogue's search reads. Whoever writes products adds these steps to the same transaction, so that
// product and index never disagree. Pure, but for the refresh at start-up.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

/// What is searched of a product. `revision` is that of its row.
struct SearchableProduct {
  std::string_view id;
  std::string_view title;
  std::string_view vendor;
  std::string_view category;
  std::string_view tags;         ///< In any form that divides words.
  std::string_view description;  ///< Plain or HTML.
  std::string variants;          ///< Titles, SKUs and barcodes of its variants, divided by spaces.
  std::int64_t revision{};
  bool published{true};
};

/// Collects the steps of one transaction; finish() must be called before it commits.
class SearchIndexSteps {
 public:
  SearchIndexSteps(const StoreId& store, std::vector<ports::Step>& steps) : store_(store), steps_(steps) {}
  void put(const SearchableProduct& product);
  void remove(std::string_view product_id);
  /// Has the engine index what was put; nothing when nothing was.
  void finish();

 private:
  const StoreId& store_;
  std::vector<ports::Step>& steps_;
  bool changed_{false};
};

/// Writes the rows of every product that has none, or one of another revision or of other folding rules: after an
/// upgrade, before anybody is served. Returns how many.
asio::awaitable<Result<std::int64_t>> refresh_search_index(ports::Store& store);

}  // namespace kassa::catalog
