#include "loadtest/micro/discount_export.hpp"

#include <cstdio>
#include <fstream>

#include "discounts/scan.hpp"
#include "loadtest/micro/discount_store.hpp"
#include "loadtest/micro/report.hpp"

namespace kassa::discounts::bench {
namespace {

constexpr std::size_t kPeerCarts = 10;
constexpr std::size_t kPeerLines = 20;
constexpr int kRounds = 200;

json::object facts_of(const Cart& cart) {
  std::int64_t subtotal = 0;
  std::int64_t quantity = 0;
  json::array skus;
  json::array categories;
  json::array vendors;
  json::array tags;
  for (const CartLine& line : cart.lines) {
    subtotal += line.unit_price * line.quantity;
    quantity += line.quantity;
    skus.push_back(json::value(line.sku));
    categories.push_back(json::value(line.category));
    vendors.push_back(json::value(line.vendor));
    for (const std::string& tag : line.tags) tags.push_back(json::value(tag));
  }
  json::array segments;
  for (const std::string& segment : cart.segments) segments.push_back(json::value(segment));
  return {{"line.sku", skus},
          {"line.category", categories},
          {"line.vendor", vendors},
          {"line.tags", tags},
          {"customer.segments", segments},
          {"cart.country", cart.country},
          {"customer.orders_count", cart.customer_orders.value_or(0)},
          {"cart.subtotal", subtotal},
          {"cart.quantity", quantity}};
}

}  // namespace

bool export_for_peers(const std::string& file, std::size_t rules, std::uint64_t seed) {
  Store store(Mix::kRealistic, rules, seed);
  const json::array source = store.rules();
  std::vector<Problem> problems;
  const auto set = compile(source, Store::setup(), problems);
  if (!set) return false;
  json::array carts;
  json::array answers;
  Times by_scan;
  std::vector<Cart> made;
  for (std::size_t i = 0; i < kPeerCarts; ++i) {
    const Cart& cart = made.emplace_back(store.cart(kPeerLines));
    carts.push_back(facts_of(cart));
    json::array ids;
    for (const std::string& id : matched_ids(*set, cart, kNow)) ids.push_back(json::value(id));
    answers.push_back(std::move(ids));
    const auto begin = Steady::now();
    static_cast<void>(scan(*set, cart, {}, kNow, Rounding::kHalfUp));
    by_scan.nanos.push_back(nanos_since(begin));
  }
  Desk desk;
  Times times;
  for (int round = 0; round < kRounds; ++round) {
    for (const Cart& cart : made) {
      const auto begin = Steady::now();
      static_cast<void>(desk.evaluate(set, view_of(cart), {}, kNow, Rounding::kHalfUp));
      if (round > 0) times.nanos.push_back(nanos_since(begin));
    }
  }
  const json::object document{{"rules", source},
                              {"carts", carts},
                              {"answers", answers},
                              {"kassa", {{"evaluate_ns", times.at(500)}, {"scan_ns", by_scan.at(500)}}}};
  std::ofstream out(file);
  out << json::serialize(document);
  out.close();
  return static_cast<bool>(out);
}

}  // namespace kassa::discounts::bench
