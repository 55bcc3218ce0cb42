#include "services/protocol/ucp/capabilities.hpp"

#include <algorithm>

namespace kassa::protocol {
namespace {

constexpr std::size_t kCapabilityCount = static_cast<std::size_t>(Capability::kCount);
constexpr std::string_view kCheckoutName = "dev.ucp.shopping.checkout";
constexpr std::string_view kCartName = "dev.ucp.shopping.cart";

constexpr std::array<CapabilityRow, kCapabilityCount> kCapabilityRows{{
    {Capability::kCheckout, "checkout", kCheckoutName, "", "schemas/shopping/checkout.json", "specification/checkout"},
    {Capability::kDiscount, "discount", "dev.ucp.shopping.discount", kCheckoutName, "schemas/shopping/discount.json",
     "specification/discount", kCartName},
    {Capability::kFulfillment, "fulfillment", "dev.ucp.shopping.fulfillment", kCheckoutName,
     "schemas/shopping/fulfillment.json", "specification/fulfillment"},
    {Capability::kBuyerConsent, "buyer_consent", "dev.ucp.shopping.buyer_consent", kCheckoutName,
     "schemas/shopping/buyer_consent.json", "specification/buyer-consent"},
    {Capability::kOrder, "order", "dev.ucp.shopping.order", "", "schemas/shopping/order.json", "specification/order"},
    {Capability::kCart, "cart", kCartName, "", "schemas/shopping/cart.json", "specification/cart"},
    {Capability::kCatalogSearch, "catalog_search", "dev.ucp.shopping.catalog.search", "",
     "schemas/shopping/catalog_search.json", "specification/catalog/search"},
    {Capability::kCatalogLookup, "catalog_lookup", "dev.ucp.shopping.catalog.lookup", "",
     "schemas/shopping/catalog_lookup.json", "specification/catalog/lookup"},
}};

consteval bool rows_match_capabilities() {
  for (std::size_t i = 0; i < kCapabilityRows.size(); ++i) {
    if (static_cast<std::size_t>(kCapabilityRows[i].id) != i) return false;
  }
  return true;
}
static_assert(rows_match_capabilities(), "row i of the table must describe capability i");

}  // namespace

constinit const std::array<CapabilityRow, kCapabilityCount> kCapabilities = kCapabilityRows;

CapabilitySet CapabilitySet::all() noexcept {
  CapabilitySet set;
  for (const CapabilityRow& row : kCapabilities) set.add(row.id);
  return set;
}

std::string to_text(CapabilitySet set) {
  std::string text;
  for (const CapabilityRow& row : kCapabilities) {
    if (!set.has(row.id)) continue;
    if (!text.empty()) text += ',';
    text += row.word;
  }
  return text;
}

std::optional<CapabilitySet> capabilities_from(std::string_view text) {
  CapabilitySet set;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto row = std::ranges::find(kCapabilities, text.substr(0, end), &CapabilityRow::word);
    if (row == kCapabilities.end()) return std::nullopt;
    set.add(row->id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return set;
}

}  // namespace kassa::protocol
