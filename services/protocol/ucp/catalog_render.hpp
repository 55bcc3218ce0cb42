#pragma once
// Answers about the catalogue in the shapes of UCP 2026-04-08; the first-party API has the same without the member
// `ucp`. Pure: the same products give the same bytes.

#include <optional>
#include <string>

#include "services/protocol/ucp/capabilities.hpp"
#include "services/protocol/ucp/catalog_shape.hpp"

namespace kassa::protocol {

// Of one product in a search or a look-up; the answer about one product has all of it.
inline constexpr std::size_t kListedVariantsMax = 100;
inline constexpr std::size_t kListedDescriptionBytesMax = 16'384;

struct CatalogNote {
  std::string code;
  std::string content;
};

/// What an answer has beside its products.
struct CatalogFrame {
  std::optional<CapabilitySet> capabilities;  ///< Negotiated ones; nullopt: no member `ucp`.
  std::vector<CatalogNote> notes;             ///< Messages of type info.
};

[[nodiscard]] std::string render_search(const CatalogFrame& frame, const std::vector<ShownProduct>& products,
                                        const catalog::CatalogPage& page);
[[nodiscard]] std::string render_lookup(const CatalogFrame& frame, const std::vector<ShownProduct>& products);
/// `selected`: what settle_selection() gave.
[[nodiscard]] std::string render_product(const CatalogFrame& frame, const ShownProduct& product,
                                         const std::vector<ShownOption>& selected);

}  // namespace kassa::protocol
