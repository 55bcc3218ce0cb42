#include "tests/sim/records.hpp"

#include <map>

#include "services/base/ensure.hpp"
#include "services/checkout/completion.hpp"
#include "services/ports/order_record.hpp"
#include "services/shoppers/person_key_table.hpp"

namespace kassa::sim {
namespace {

using ports::as_blob;
using ports::as_int;
using ports::as_string;

ports::DataKey key_from(std::string_view text) {
  std::array<std::byte, 32> bytes{};
  ensure(text.size() == bytes.size(), "a person key has 32 bytes");
  std::ranges::copy(as_bytes(text), bytes.begin());
  return ports::DataKey(bytes);
}

std::map<std::string, ports::DataKey> keys_of(platform::SqliteStore& keys, const ports::SecretBox& box) {
  std::map<std::string, ports::DataKey> out;
  const auto rows = keys.query_blocking(ports::Step("SELECT store_id, person_id, sealed_key FROM person_key")).value();
  for (const ports::Row& row : rows) {
    const StoreId store{as_string(row[0])};
    const PersonId person{as_string(row[1])};
    out[person.value] = key_from(box.open(shoppers::person_key_aad(store, person), as_blob(row[2])).value());
  }
  return out;
}

std::int64_t sum_of(const ports::OrderRecord& order, std::string_view kind) {
  std::int64_t sum = 0;
  for (const auto& component : order.components) {
    if (kind.empty() || component.kind == kind) sum += component.amount;
  }
  return sum;
}

std::int64_t sum_lines(const ports::OrderRecord& order, std::int64_t ports::OrderLine::* member) {
  std::int64_t sum = 0;
  for (const auto& line : order.lines) sum += line.*member;
  return sum;
}

/// Nullptr when everything adds up, else what does not.
const char* trouble_in(const ports::OrderRecord& order) {
  std::int64_t taxes = 0;
  for (const auto& tax : order.taxes) taxes += tax.included ? 0 : tax.amount;
  std::int64_t delivered = 0;
  for (const auto& delivery : order.deliveries) delivered += delivery.amount;
  if (order.total < 0) return "a negative total";
  if (sum_of(order, {}) != order.total) return "components that do not sum to the total";
  if (sum_of(order, "subtotal") != sum_lines(order, &ports::OrderLine::subtotal)) return "lines beside the subtotal";
  if (sum_of(order, "items_discount") != -sum_lines(order, &ports::OrderLine::items_discount))
    return "line discounts beside their component";
  const std::int64_t shipping_discounts = sum_of(order, "fulfillment") - delivered;
  if (sum_of(order, "discount") != -sum_lines(order, &ports::OrderLine::order_discount) - shipping_discounts)
    return "order discounts beside their component";
  if (sum_of(order, "tax") != taxes) return "taxes beside their component";
  if (sum_lines(order, &ports::OrderLine::tax) > taxes) return "more tax on lines than in all";
  return nullptr;
}

/// What orders that are bought have taken of the one rule that has a budget, as the redemptions say.
std::map<std::string, std::int64_t> redeemed(platform::SqliteStore& main) {
  std::map<std::string, std::int64_t> out;
  const auto rows = main.query_blocking(ports::Step("SELECT p.order_id, coalesce(sum(r.amount), 0) FROM purchase p "
                                                    "LEFT JOIN redemption r USING (store_id, order_id) "
                                                    "WHERE p.order_state = 'confirmed' GROUP BY p.order_id"))
                        .value();
  for (const ports::Row& row : rows) out[as_string(row[0])] = as_int(row[1]);
  return out;
}

std::int64_t taken_of_budget(const ports::OrderRecord& order) {
  std::int64_t sum = 0;
  for (const auto& discount : order.discounts) sum += discount.rule == "money" ? discount.amount : 0;
  return sum;
}

/// How many codes of pools each order has.
std::map<std::string, std::ptrdiff_t> codes_held(platform::SqliteStore& main) {
  std::map<std::string, std::ptrdiff_t> out;
  const auto rows =
      main.query_blocking(ports::Step("SELECT order_id FROM discount_code WHERE order_id IS NOT NULL")).value();
  for (const ports::Row& row : rows) ++out[as_string(row[0])];
  return out;
}

}  // namespace

void check_records(platform::SqliteStore& main, platform::SqliteStore& keys, const ports::SecretBox& box,
                   std::vector<std::string>& found) {
  const auto known = keys_of(keys, box);
  const auto spent = redeemed(main);
  auto held = codes_held(main);
  const auto rows =
      main.query_blocking(
              ports::Step("SELECT store_id, order_id, person_id, sealed_body, total, currency FROM purchase"))
          .value();
  for (const ports::Row& row : rows) {
    const StoreId store{as_string(row[0])};
    const OrderId id{as_string(row[1])};
    const auto key = known.find(as_string(row[2]));
    if (key == known.end()) {
      found.push_back("I3 nobody can read the order any more: " + id.value);
      continue;
    }
    const auto text = box.open_for(key->second, checkout::order_aad(store, id), as_blob(row[3]));
    if (!text) {
      found.push_back("I3 an unreadable order: " + id.value);
      continue;
    }
    const ports::OrderRecord order = ports::decode_order(text.value());
    const char* const trouble = trouble_in(order);
    if (trouble != nullptr) found.push_back("I8 " + std::string(trouble) + ": " + id.value);
    if (order.total != as_int(row[4]) || order.currency.code() != as_string(row[5]))
      found.push_back("I9 the order's record has another total: " + id.value);
    const auto redemption = spent.find(id.value);
    if (redemption != spent.end() && redemption->second != taken_of_budget(order))
      found.push_back("I7 a budget has lost sight of what an order takes: " + id.value);
    const auto by_code = std::ranges::count(order.discounts, "friends", &ports::OrderDiscount::rule);
    if (redemption != spent.end() && held[id.value] != by_code)
      found.push_back("I7 a confirmed order has other codes than it was given a discount for: " + id.value);
  }
}

}  // namespace kassa::sim
