#pragma once
// The table of what changed in a catalogue: each product with its last change, or the catalogue as a whole. Whoever
// changes products or prices adds these steps to the same transaction, which moves the store's revision under a guard;
// so changes are one after the other and a reader who has seen a number has seen all before it. Pure, but for reads.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "services/catalog/import_plan.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

/// One transaction has at most so many numbers; change n of a revision is number revision * 2^21 + n.
inline constexpr int kChangeBits = 21;
/// A change of more products is told as one of the catalogue.
inline constexpr std::size_t kChangesNamedMax = 5'000;

/// Above every number of this revision.
[[nodiscard]] constexpr std::int64_t last_change_of(std::int64_t revision) noexcept {
  return (revision << kChangeBits) | ((std::int64_t{1} << kChangeBits) - 1);
}

/// Products whose rows, variants, prices or stock the steps of a plan write. `current`: what it was made from.
[[nodiscard]] std::set<std::string> products_changed_by(const std::vector<ports::Step>& steps,
                                                        const CurrentRows& current);

/// Adds a row for each product, or one for the catalogue when they are too many or `everything` is said.
void note_changes(const StoreId& store, std::int64_t revision, Instant now, const std::set<std::string>& products,
                  bool everything, std::vector<ports::Step>& steps);

struct CatalogChange {
  std::int64_t seq{};
  std::string kind;  ///< "product", "catalogue"
  std::string id;    ///< Of the product.
  std::int64_t revision{};
  Instant at{};
};
enum class ChangedPart { kNothing, kProducts, kCatalogue };
/// The most that has changed since `revision`.
asio::awaitable<Result<ChangedPart>> changed_since(ports::Store& store, StoreId id, std::int64_t revision);

/// Behind `after`, oldest first.
asio::awaitable<Result<std::vector<CatalogChange>>> list_changes(ports::Store& store, StoreId id, std::int64_t after,
                                                                 std::int64_t most);

}  // namespace kassa::catalog
