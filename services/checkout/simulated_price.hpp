#pragma once
// One recorded cart as pricing sees it: rebuilt once, priced under any number of rule books. Pure, one thread at a
// time.

#include <memory>
#include <vector>

#include "services/checkout/quote.hpp"
#include "services/checkout/recorded_cart.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/simulation.hpp"

namespace kassa::checkout {

class RebuiltCart {
 public:
  RebuiltCart(const RecordedCart& cart, const Snapshot& ground);

  /// kMoneyOverflow when the cart does not fit into 64 bits.
  [[nodiscard]] Result<SimulatedPrice> price(const Snapshot& snapshot);
  [[nodiscard]] bool lacks_goods() const noexcept { return !gone_.empty(); }

 private:
  void add_lines(const RecordedCart& cart, const Snapshot& ground);
  void add_delivery(const RecordedCart& cart);
  [[nodiscard]] const ports::VariantView* goods_gone(const RecordedLine& line);

  Instant at_;
  bool tax_exempt_{false};
  Session session_;
  Place place_;
  Quote quote_;
  std::vector<std::shared_ptr<const ports::VariantView>> gone_;  ///< Lines of the quote point to them.
};

}  // namespace kassa::checkout
