// An order in UCP's words: lines, promises, money; and the published schema's verdict on it.

#include "services/protocol/ucp/order_render.hpp"

#include "services/base/ensure.hpp"
#include "services/protocol/ucp/capabilities.hpp"
#include "tests/conformance/ucp/samples.hpp"
#include "tests/support/child_process.hpp"
#include "tests/unit/orders/bench.hpp"

namespace kassa::protocol {
namespace {

ports::OrderRecord linked() {
  ports::OrderRecord order = sample_order();
  order.permalink_url = "https://shop.example/order/ord_1";
  return order;
}

json::object rendered(const ports::OrderRecord& order, const OrderExtras& extras = {}) {
  return json::parse(render_order(order, extras, kUcpVersion)).as_object();
}

OrderExtras busy_extras() {
  OrderExtras extras;
  extras.label = "#1042";
  json::object event = shipped("f1", "li_1", 1, "T1");
  event["tracking_url"] = "https://carrier.example/T1";
  extras.events = {event};
  json::object refund = adjusted("a1", "completed", "li_2", -1);
  refund["totals"] = json::array{json::object{{"type", "total"}, {"amount", -1'500}}};
  extras.adjustments = {refund};
  return extras;
}

TEST(OrderRender, a_new_order_is_whole_and_nothing_has_happened_yet) {
  const json::object order = rendered(linked());
  EXPECT_EQ(order.at("ucp").at("version").as_string(), "2026-04-08");
  EXPECT_TRUE(order.at("ucp").at("capabilities").as_object().contains("dev.ucp.shopping.order"));
  EXPECT_EQ(order.at("checkout_id").as_string(), "chk_of_ord_1");
  EXPECT_EQ(order.at("currency").as_string(), "USD");
  EXPECT_FALSE(order.contains("label"));
  EXPECT_FALSE(order.contains("attribution"));
  EXPECT_TRUE(order.at("fulfillment").at("events").as_array().empty());
  const json::value& line = order.at("line_items").at(0);
  EXPECT_EQ(line.at("quantity"), json::parse(R"({"original":2,"total":2,"fulfilled":0})"));
  EXPECT_EQ(line.at("status").as_string(), "processing");
  EXPECT_EQ(line.at("totals"), json::parse(R"([{"type":"subtotal","amount":7000},{"type":"total","amount":7000}])"));
}

TEST(OrderRender, a_promise_names_its_goods_its_option_and_its_address) {
  const json::object order = rendered(linked());
  const json::value& promise = order.at("fulfillment").at("expectations").at(0);
  EXPECT_EQ(promise.at("id").as_string(), "group_1");
  EXPECT_EQ(promise.at("method_type").as_string(), "shipping");
  EXPECT_EQ(promise.at("description").as_string(), "Standard Shipping");
  EXPECT_EQ(promise.at("line_items"), json::parse(R"([{"id":"li_1","quantity":2},{"id":"li_2","quantity":1}])"));
  EXPECT_EQ(promise.at("destination"),
            json::parse(R"({"first_name":"Jane","last_name":"Doe","street_address":"123 Main St",
                            "address_locality":"Springfield","address_region":"IL","postal_code":"62704",
                            "address_country":"US"})"));
}

TEST(OrderRender, history_moves_quantities_and_statuses) {
  const json::object order = rendered(linked(), busy_extras());
  EXPECT_EQ(order.at("label").as_string(), "#1042");
  EXPECT_EQ(order.at("line_items").at(0).at("quantity").at("fulfilled").as_int64(), 1);
  EXPECT_EQ(order.at("line_items").at(0).at("status").as_string(), "partial");
  EXPECT_EQ(order.at("line_items").at(1).at("quantity"), json::parse(R"({"original":1,"total":0,"fulfilled":0})"));
  EXPECT_EQ(order.at("line_items").at(1).at("status").as_string(), "removed");
  EXPECT_EQ(order.at("adjustments"), json::value(busy_extras().adjustments));
}

TEST(OrderRender, totals_read_as_on_the_checkout) {
  ports::OrderRecord order = linked();
  order.components = {order_component("subtotal", "", 8'500),           order_component("items_discount", "", -350),
                      order_component("discount", "none", 0),           order_component("fulfillment", "Standard", 500),
                      order_component("fulfillment", "Express", 1'500), order_component("tax", "VAT", 100)};
  order.total = 10'250;
  EXPECT_EQ(rendered(order).at("totals"), json::parse(R"([{"type":"subtotal","display_text":"Subtotal","amount":8500},
                            {"type":"items_discount","display_text":"Item discounts","amount":-350},
                            {"type":"fulfillment","display_text":"Shipping","amount":2000,
                             "lines":[{"display_text":"Standard","amount":500},
                                      {"display_text":"Express","amount":1500}]},
                            {"type":"tax","display_text":"VAT","amount":100},
                            {"type":"total","display_text":"Total","amount":10250}])"));
  order.total += 1;
  EXPECT_THROW(static_cast<void>(render_order(order, {}, kUcpVersion)), InvariantBroken);
}

ports::OrderRecord with_detail(ports::OrderRecord order) {
  order.note = "ring twice";
  order.gift_message = "Happy birthday";
  order.purchase_order = "PO-1";
  order.confirmed_age = 18;
  order.tax_exempt_reason = "resale";
  order.lines[0].properties = {{"engraving", "For Ada"}};
  order.lines[0].compare_at = 9'900;
  order.lines[0].preorder_until = from_rfc3339("2026-12-01T00:00:00Z");
  return order;
}

TEST(OrderRender, a_shops_own_pages_are_told_which_lines_are_digital) {
  orders::PlacedOrder placed;
  placed.record = linked();
  placed.record.lines[0].ships = false;
  placed.record.lines[0].sku = "CLASS-1";
  const auto lines =
      parse_json(render_own_order(placed, samples::links())).value().as_object().at("line_items").as_array();
  EXPECT_EQ(lines.at(0).at("requires_shipping"), json::value(false));
  EXPECT_EQ(lines.at(0).at("sku").as_string(), "CLASS-1");
  EXPECT_FALSE(lines.at(1).as_object().contains("requires_shipping"));
  const json::object platform = rendered(placed.record);
  EXPECT_FALSE(platform.at("line_items").at(0).as_object().contains("requires_shipping"));
}

TEST(OrderRender, what_was_said_of_an_order_is_on_it_and_why_it_is_untaxed_is_not) {
  const json::object order = rendered(with_detail(linked()));
  EXPECT_EQ(order.at("note").as_string(), "ring twice");
  EXPECT_EQ(order.at("gift_message").as_string(), "Happy birthday");
  EXPECT_EQ(order.at("purchase_order").as_string(), "PO-1");
  EXPECT_EQ(order.at("confirmed_age").as_int64(), 18);
  const json::value& line = order.at("line_items").at(0);
  EXPECT_EQ(line.at("properties"), json::parse(R"([{"name":"engraving","value":"For Ada"}])"));
  EXPECT_EQ(line.at("compare_at_price").as_int64(), 9'900);
  EXPECT_EQ(line.at("preorder_until").as_string(), "2026-12-01T00:00:00.000Z");
  EXPECT_FALSE(order.contains("tax_exemption"));
  EXPECT_FALSE(rendered(linked()).contains("note"));
}

TEST(OrderRender, without_a_link_of_the_stores_it_is_our_own_page) {
  orders::PlacedOrder order;
  order.store = StoreId{"s1"};
  order.record = sample_order();
  order.number = 7;
  const json::object out = json::parse(render_placed_order(order, samples::links())).as_object();
  EXPECT_EQ(out.at("permalink_url").as_string(),
            samples::links().order_url({}, order.store, order.record.audience.owner, order.record.id));
  EXPECT_EQ(out.at("label").as_string(), "#7");
  const auto render = order_event_renderer(samples::links());
  EXPECT_EQ(render(order.store, order.record, {}, {}, 7), render_placed_order(order, samples::links()));
}

TEST(OrderRender, is_valid_against_the_published_schema) {
  TemporaryFolder folder;
  ports::OrderRecord full = with_detail(linked());
  full.attribution = R"({"utm_source":"x"})";
  full.lines[1].parent = "li_1";
  full.lines[1].image_url = "https://example.com/a.jpg";
  ports::OrderRecord digital = linked();
  digital.deliveries.clear();
  write_file(folder.path() / "order.new.json", render_order(linked(), {}, kUcpVersion));
  write_file(folder.path() / "order.full.json", render_order(full, busy_extras(), kUcpVersion));
  write_file(folder.path() / "order.digital.json", render_order(digital, {}, kUcpVersion));
  ChildProcess checker({"/usr/bin/env", "node", (repository() / "tests/conformance/ucp/validate.mjs").string(),
                        folder.path().string(), (repository() / "../shared/data/ucp-2026-04-08/source").string()});
  const std::string said = checker.read_all();
  const int code = checker.wait();
  if (code == 77 || code == 127) GTEST_SKIP() << said;
  EXPECT_EQ(code, 0) << said;
}

}  // namespace
}  // namespace kassa::protocol
