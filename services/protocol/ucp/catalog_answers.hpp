#pragma once
// The three questions about a catalogue, answered: found, priced as a checkout would, put into words. Both protocols
// use them. Runs on the request's I/O thread; what is given by reference must outlive the await.

#include <boost/asio/awaitable.hpp>
#include <string>

#include "services/protocol/ucp/catalog_input.hpp"
#include "services/protocol/ucp/catalog_render.hpp"
#include "services/protocol/ucp/services.hpp"

namespace kassa::protocol {

/// What the catalogue routes work with; the wiring keeps it alive as long as the router.
struct CatalogServices {
  const UcpServices& ucp;
  ports::CatalogSearch& search;
  ports::Store& store;
  const ports::StockView& stock;
};

/// The body of the answer. kInvalidRequest where the ask cannot be met; its path is the member's name.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> answer_search(const CatalogServices& services,
                                                                        const checkout::Snapshot& snapshot,
                                                                        CatalogAsk ask, CatalogFrame frame);
/// Ids that mean nothing are told in messages.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> answer_lookup(const CatalogServices& services,
                                                                        const checkout::Snapshot& snapshot,
                                                                        CatalogAsk ask, CatalogFrame frame);
/// kNotFound.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> answer_product(const CatalogServices& services,
                                                                         const checkout::Snapshot& snapshot,
                                                                         CatalogAsk ask, CatalogFrame frame);

}  // namespace kassa::protocol
