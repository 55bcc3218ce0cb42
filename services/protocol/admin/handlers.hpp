#pragma once
// One function per admin route: read, ask the use case, write. The caller has been checked before. Parameters
// outlive the call.

#include <boost/asio/awaitable.hpp>

#include "services/http/message.hpp"
#include "services/protocol/admin/caller.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

using AdminHandler = boost::asio::awaitable<http::Response> (*)(const AdminServices&, const AdminCaller&,
                                                                const http::Request&);

// handlers_store.cpp
boost::asio::awaitable<http::Response> get_settings(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> put_settings(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> list_keys(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> create_key(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> revoke_key(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_orders.cpp
boost::asio::awaitable<http::Response> list_orders(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> get_placed_order(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> erase_person(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_order_export.cpp
boost::asio::awaitable<http::Response> export_orders(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_customers.cpp
boost::asio::awaitable<http::Response> list_customers(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> export_customers(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_payments.cpp
boost::asio::awaitable<http::Response> resolve_payment(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_discounts.cpp
boost::asio::awaitable<http::Response> list_discounts(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> get_discount(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> put_discount(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> delete_discount(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> enable_discount(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> disable_discount(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> list_discount_versions(const AdminServices&, const AdminCaller&,
                                                              const http::Request&);

// handlers_discount_lines.cpp
boost::asio::awaitable<http::Response> import_discounts(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> export_discounts(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_preview.cpp
boost::asio::awaitable<http::Response> preview_discounts(const AdminServices&, const AdminCaller&,
                                                         const http::Request&);

// handlers_simulate.cpp
boost::asio::awaitable<http::Response> simulate_discounts(const AdminServices&, const AdminCaller&,
                                                          const http::Request&);

// handlers_codes.cpp
boost::asio::awaitable<http::Response> make_codes(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> import_codes(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> get_code(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> withdraw_code(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_goods.cpp
boost::asio::awaitable<http::Response> get_stock(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> change_stock(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_sync.cpp
boost::asio::awaitable<http::Response> put_products(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> put_prices(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> put_stock(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> list_catalog_changes(const AdminServices&, const AdminCaller&,
                                                            const http::Request&);

// handlers_product_export.cpp
boost::asio::awaitable<http::Response> export_products(const AdminServices&, const AdminCaller&, const http::Request&);

// handlers_records.cpp
boost::asio::awaitable<http::Response> list_dead_letters(const AdminServices&, const AdminCaller&,
                                                         const http::Request&);
boost::asio::awaitable<http::Response> replay_dead_letter(const AdminServices&, const AdminCaller&,
                                                          const http::Request&);
boost::asio::awaitable<http::Response> list_audit(const AdminServices&, const AdminCaller&, const http::Request&);
boost::asio::awaitable<http::Response> verify_audit(const AdminServices&, const AdminCaller&, const http::Request&);

}  // namespace kassa::protocol
