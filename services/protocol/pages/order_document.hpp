#pragma once
// An order as its buyer reads it: the status page behind a signed link, and the letter that confirms it. Every number
// is the order's own, frozen when it was bought. Pure.

#include <string>

#include "services/orders/orders.hpp"
#include "services/protocol/pages/document.hpp"

namespace kassa::protocol {

/// What the order does not know about its shop.
struct Shop {
  std::string name;
  std::string zone;  ///< IANA time zone in which its days begin.
};

/// With what became of payment and delivery until now. Links are passed on, so it names nobody: an e-mail that only its
/// owner knows again, a town instead of an address, and nothing that the buyer wrote.
[[nodiscard]] Document order_page(const orders::PlacedOrder& order, const Shop& shop, Language language);

/// As it was bought, in full, with a link to the page at `url`; no link when it is empty.
[[nodiscard]] Document order_letter(const orders::PlacedOrder& order, const Shop& shop, const std::string& url,
                                    Language language);

}  // namespace kassa::protocol
