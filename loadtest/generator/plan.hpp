#pragma once
// What the generator knows of the store under test: goods, prices, discounts and delivery options, so that it
// can say what every answer must cost. Written as JSON by loadtest/bench/bundle.py beside the catalogue that
// it describes.

#include <cstdint>
#include <string>
#include <vector>

namespace kassa::load {

struct Item {
  std::string id;
  std::int64_t price{};     ///< Minor units.
  std::int64_t discount{};  ///< Basis points that the item's own rule takes off.
};

struct DeliveryOption {
  std::string id;
  std::int64_t amount{};
};

struct Plan {
  std::string token;  ///< The store's secret key.
  std::string path;   ///< Of the checkout collection.
  std::vector<Item> items;
  std::vector<DeliveryOption> options;
  std::size_t lines{};        ///< In each checkout.
  std::int64_t order_from{};  ///< An order rule takes order_discount basis points off from this amount on.
  std::int64_t order_discount{};
  std::string destination;  ///< JSON object.
  std::string destination_id;
  std::string payment;  ///< JSON object, sent to complete.
};

/// Throws std::runtime_error with the reason.
[[nodiscard]] Plan read_plan(const std::string& file);

struct Line {
  std::string id;  ///< The service's, empty before it answered.
  std::size_t item{};
  std::int64_t quantity{};
};

/// One checkout as the generator believes it to be.
struct Checkout {
  std::string id;
  std::string method;
  std::string group;
  std::vector<Line> lines;
  std::size_t option{};
};

/// Goods after discounts, without delivery.
[[nodiscard]] std::int64_t goods_total(const Plan& plan, const std::vector<Line>& lines);

/// Checkouts prepared by one run for the next ones, as a JSON file.
void write_checkouts(const std::string& file, const std::vector<Checkout>& checkouts);
[[nodiscard]] std::vector<Checkout> read_checkouts(const std::string& file);

}  // namespace kassa::load
