#include "loadtest/generator/plan.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace kassa::load {
namespace {

namespace json = boost::json;

json::value read_json(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file + " cannot be read");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return json::parse(text);
}

std::string text_of(const json::object& from, std::string_view key) { return std::string(from.at(key).as_string()); }

std::int64_t parts_of(std::int64_t amount, std::int64_t basis_points) {
  return (amount * basis_points + 5'000) / 10'000;
}

}  // namespace

Plan read_plan(const std::string& file) {
  const json::value document = read_json(file);
  const json::object& in = document.as_object();
  Plan plan;
  plan.token = text_of(in, "token");
  plan.path = text_of(in, "path");
  for (const json::value& item : in.at("items").as_array()) {
    const json::object& from = item.as_object();
    plan.items.push_back({text_of(from, "id"), from.at("price").as_int64(), from.at("discount").as_int64()});
  }
  for (const json::value& option : in.at("options").as_array()) {
    plan.options.push_back({text_of(option.as_object(), "id"), option.as_object().at("amount").as_int64()});
  }
  plan.lines = static_cast<std::size_t>(in.at("lines").as_int64());
  plan.order_from = in.at("order_from").as_int64();
  plan.order_discount = in.at("order_discount").as_int64();
  plan.destination = json::serialize(in.at("destination"));
  plan.destination_id = text_of(in.at("destination").as_object(), "id");
  plan.payment = json::serialize(in.at("payment"));
  if (plan.items.size() < plan.lines || plan.options.empty()) throw std::runtime_error("the plan is empty");
  return plan;
}

std::int64_t goods_total(const Plan& plan, const std::vector<Line>& lines) {
  std::int64_t sum = 0;
  for (const Line& line : lines) {
    const Item& item = plan.items[line.item];
    const std::int64_t amount = item.price * line.quantity;
    sum += amount - parts_of(amount, item.discount);
  }
  return sum < plan.order_from ? sum : sum - parts_of(sum, plan.order_discount);
}

void write_checkouts(const std::string& file, const std::vector<Checkout>& checkouts) {
  json::array out;
  for (const Checkout& checkout : checkouts) {
    json::array lines;
    for (const Line& line : checkout.lines) lines.push_back({line.id, line.item, line.quantity});
    json::object entry;
    entry["id"] = checkout.id;
    entry["method"] = checkout.method;
    entry["group"] = checkout.group;
    entry["option"] = checkout.option;
    entry["lines"] = std::move(lines);
    out.push_back(std::move(entry));
  }
  std::ofstream to(file, std::ios::binary | std::ios::trunc);
  to << json::serialize(out);
  if (!to.flush()) throw std::runtime_error(file + " cannot be written");
}

std::vector<Checkout> read_checkouts(const std::string& file) {
  std::vector<Checkout> checkouts;
  const json::value document = read_json(file);
  for (const json::value& entry : document.as_array()) {
    const json::object& from = entry.as_object();
    Checkout checkout{text_of(from, "id"), text_of(from, "method"), text_of(from, "group"), {}, 0};
    checkout.option = from.at("option").to_number<std::size_t>();
    for (const json::value& line : from.at("lines").as_array()) {
      const json::array& parts = line.as_array();
      checkout.lines.push_back(
          {std::string(parts.at(0).as_string()), parts.at(1).to_number<std::size_t>(), parts.at(2).as_int64()});
    }
    checkouts.push_back(std::move(checkout));
  }
  return checkouts;
}

}  // namespace kassa::load
