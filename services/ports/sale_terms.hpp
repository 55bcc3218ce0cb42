#pragma once
// What few variants have beside an ordinary price: prices of lists, and terms under which they are sold. Part of the
// immutable catalogue; a variant without them has none of this in memory.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/money.hpp"

namespace kassa::ports {

/// One row of a price list; which one counts: docs/prices.md.
struct ListPrice {
  Currency currency;
  std::int64_t amount{};  ///< Minor units of one piece, >= 0.
  std::optional<std::int64_t> compare_at;
  std::string list;         ///< Empty: of none that has a name.
  std::string group;        ///< A segment of shoppers; empty: everybody.
  std::int64_t priority{};  ///< Of its list; lower is preferred.
  std::int64_t min_quantity{1};
  std::optional<Instant> from;   ///< Not before.
  std::optional<Instant> until;  ///< Not at, and not after.
};

/// 0 stands for no limit, and for none of it.
struct SaleTerms {
  std::int64_t minimum_quantity{};
  std::int64_t maximum_quantity{};
  std::int64_t quantity_multiple{};
  std::int64_t customer_limit{};  ///< Pieces that one customer can have, over all orders.
  std::optional<Instant> sale_from;
  std::optional<Instant> sale_until;
  std::int64_t minimum_age{};             ///< Years; the buyer must confirm.
  std::optional<Instant> preorder_until;  ///< Sent from then on.
  friend bool operator==(const SaleTerms&, const SaleTerms&) = default;
};

struct VariantSpecials {
  std::vector<ListPrice> prices;
  SaleTerms terms;
};

}  // namespace kassa::ports
