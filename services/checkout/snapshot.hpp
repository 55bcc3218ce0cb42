#pragma once
// Everything of a store that pricing reads: immutable, one revision, shared by all threads. Composed from what catalog/
// loads; replaced as a whole when the merchant changes anything.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "payments/core/gateways.hpp"
#include "services/base/id.hpp"
#include "services/ports/catalog_view.hpp"
#include "services/ports/signing.hpp"
#include "services/ports/store_settings.hpp"
#include "shipping/core/zones.hpp"

namespace kassa::ports {
class ProductShelf;
}

namespace kassa::checkout {

namespace asio = boost::asio;

/// One row of a tax table. The most specific row wins: region over country, named class over any.
struct TaxRate {
  std::string country;
  std::string region;     ///< As region_code() writes it; empty: the whole country.
  std::string tax_class;  ///< Empty: every class without a row of its own.
  std::string name;       ///< "VAT", "Sales tax"
  std::int64_t bps{};     ///< Parts per ten thousand.
  bool shipping_taxed{false};
};

struct Snapshot {
  StoreId store;
  bool live{false};
  std::int64_t revision{};
  ports::StoreSettings settings;
  std::shared_ptr<const ports::CatalogView> catalog;
  std::shared_ptr<const discounts::RuleSet> rules;
  std::shared_ptr<const shipping::ZoneTable> zones;
  std::vector<TaxRate> taxes;
  std::vector<payments::GatewayConfig> gateways;  ///< What is offered.
  std::vector<payments::GatewayConfig>
      all_gateways;  ///< Retired ones too: an attempt still open there must be able to end.
  ports::SigningKey signing;
  bool code_pools{false};  ///< Some rule has a pool of codes with codes in it; see drawn_codes.hpp.
  std::shared_ptr<const ports::ProductShelf> shelf{};  ///< The catalogue by product, for whoever shows it.
  discounts::UsageBook usage;                          ///< Uses of limited rules when this snapshot was made.

  [[nodiscard]] const payments::GatewayConfig* gateway_for(std::string_view handler_id) const noexcept {
    for (const auto& gateway : gateways) {
      if (gateway.handler_id == handler_id) return &gateway;
    }
    return nullptr;
  }
};

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// The current snapshot; loads the store on first use. kNotFound for an unknown store.
  virtual asio::awaitable<Result<std::shared_ptr<const Snapshot>>> get(const StoreId& store) = 0;
  /// Reads stock levels and discount uses of the store again: somebody found them to be old.
  virtual asio::awaitable<Result<void>> refresh_levels(const StoreId& store) = 0;
  /// The Store has refused a use of this rule: it counts as used up for everybody until the levels are read again.
  virtual void note_used_up(const StoreId& store, const std::string& rule) = 0;
  /// So much of a rule's budget is spent, as the Store has just said: for everybody until the levels are read again.
  virtual void note_spent(const StoreId& store, const std::string& rule, Money spent) = 0;
  /// Uses of limited rules came back: whoever reads levels next reads these, too. Cheap, from any thread.
  virtual void note_uses_returned(const StoreId& store) = 0;
  /// Without waiting: nullptr when it is not loaded.
  virtual std::shared_ptr<const Snapshot> peek(const StoreId& store) const = 0;
};

}  // namespace kassa::checkout
