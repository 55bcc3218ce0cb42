#include "services/protocol/ucp/render.hpp"

#include <gtest/gtest.h>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"
#include "services/base/json_writer.hpp"
#include "tests/conformance/ucp/samples.hpp"

namespace kassa::protocol {
namespace {

using checkout::Operation;
using checkout::State;
using checkout::Verdict;
using ports::BusinessErrors;
using namespace std::string_literals;

checkout::Answer render(const samples::Sample& sample, BusinessErrors posture = BusinessErrors::kInBand,
                        Operation operation = Operation::kGet) {
  return render_checkout(samples::rendering(posture), operation, sample.view(), samples::links());
}

std::string own_page(const samples::Sample& sample) {
  return samples::links().checkout_page(LinkKind::kCheckout, sample.session);
}

json::object document(const samples::Sample& sample) { return parse_json(*render(sample).body).value().as_object(); }

std::string words(const json::value& value) { return json::serialize(value); }

TEST(RenderCheckout, writes_exactly_this) {
  samples::Sample sample = samples::fresh();
  sample.snapshot.gateways.clear();
  const std::string golden =
      std::string(R"({"ucp":{"version":"2026-04-08","capabilities":{)"
                  R"("dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],)"
                  R"("dev.ucp.shopping.discount":[{"version":"2026-04-08"}],)"
                  R"("dev.ucp.shopping.fulfillment":[{"version":"2026-04-08"}],)"
                  R"("dev.ucp.shopping.buyer_consent":[{"version":"2026-04-08"}]},"payment_handlers":{}},)"
                  R"("id":"chk_1","status":"incomplete","currency":"USD",)"
                  R"("line_items":[{"id":"li_1","item":{"id":"bouquet_roses","title":"Red \"Rose\"","price":3500,)"
                  R"("image_url":"https://example.com/roses.jpg"},"quantity":1,)"
                  R"("totals":[{"type":"subtotal","amount":3500},{"type":"total","amount":3500}]}],)"
                  R"("totals":[{"type":"subtotal","display_text":"Subtotal","amount":3500},)"
                  R"({"type":"total","display_text":"Total","amount":3500}],"payment":{"instruments":[]},)"
                  R"("messages":[{"type":"error","code":"field_required","path":"$.fulfillment.methods",)"
                  R"("content":"Fulfillment address and option must be selected","severity":"recoverable"}],)"
                  R"("links":[{"type":"privacy_policy","url":"https://shop.example/privacy","title":"Privacy"}],)"
                  R"("expires_at":"2026-04-08T12:00:00.000Z","continue_url":")") +
      own_page(sample) + R"("})";
  EXPECT_EQ(*render(sample).body, golden);
}

constexpr auto kPage = "our own";

struct StateCase {
  const char* name;
  State state;
  bool ready;
  Verdict verdict;
  const char* status;
  bool order;
  const char* continue_url;  ///< Empty: none.
};

class States : public testing::TestWithParam<StateCase> {};

TEST_P(States, show_as) {
  samples::Sample sample = samples::in_state(GetParam().state, GetParam().verdict);
  sample.quote.ready = GetParam().ready;
  const auto out = document(sample);
  EXPECT_EQ(out.at("status").as_string(), GetParam().status);
  EXPECT_EQ(out.contains("order"), GetParam().order);
  const std::string wanted =
      GetParam().continue_url == std::string_view(kPage) ? own_page(sample) : GetParam().continue_url;
  EXPECT_EQ(out.contains("continue_url") ? std::string(out.at("continue_url").as_string()) : "", wanted);
  EXPECT_TRUE(out.at("payment").at("instruments").is_array());
}

const StateCase kStates[] = {
    {"open_and_missing_something", State::kOpen, false, Verdict::kNone, "incomplete", false, kPage},
    {"open_and_ready", State::kOpen, true, Verdict::kNone, "ready_for_complete", false, kPage},
    {"declined_is_payable_again", State::kOpen, true, Verdict::kDeclined, "ready_for_complete", false, kPage},
    {"price_changed", State::kOpen, true, Verdict::kPriceChanged, "ready_for_complete", false, kPage},
    {"lost_stock", State::kOpen, true, Verdict::kOutOfStock, "incomplete", false, kPage},
    {"completing", State::kCompleting, true, Verdict::kUnknown, "complete_in_progress", false, kPage},
    {"needs_buyer", State::kNeedsBuyer, true, Verdict::kNeedsBuyer, "requires_escalation", false,
     "https://bank.example/3ds/1"},
    {"completed", State::kCompleted, true, Verdict::kCompleted, "completed", true, ""},
    {"canceled", State::kCanceled, false, Verdict::kNone, "canceled", false, ""},
};
INSTANTIATE_TEST_SUITE_P(All, States, testing::ValuesIn(kStates),
                         [](const auto& row) { return std::string(row.param.name); });

struct VerdictCase {
  const char* name;
  Verdict verdict;
  int status_http;
  const char* code;  ///< Of the 4xx body, or of the message in band.
  const char* text;  ///< Part of its content.
};

class Verdicts : public testing::TestWithParam<VerdictCase> {};

TEST_P(Verdicts, are_4xx_in_one_posture_and_messages_in_the_other) {
  samples::Sample sample = samples::in_state(State::kOpen, GetParam().verdict);
  sample.reason = "INSUFFICIENT_FUNDS";
  if (GetParam().verdict == Verdict::kNotReady) {
    sample.quote.messages.emplace_back(checkout::Level::kError, "field_required",
                                       "$.fulfillment.methods[0].groups[0].selected_option_id");
  }
  const auto plain = render(sample, BusinessErrors::kHttp4xx, Operation::kComplete);
  EXPECT_EQ(plain.status, GetParam().status_http);
  EXPECT_NE(plain.body->find(GetParam().text), std::string::npos) << *plain.body;
  EXPECT_NE(plain.body->find(std::string("\"code\":\"") + GetParam().code), std::string::npos) << *plain.body;
  EXPECT_EQ(parse_json(*plain.body).value().as_object().contains("messages"), plain.status == 200);

  const auto in_band = render(sample, BusinessErrors::kInBand, Operation::kComplete);
  EXPECT_EQ(in_band.status, 200);
  EXPECT_NE(in_band.body->find(GetParam().text), std::string::npos) << *in_band.body;
  EXPECT_NE(in_band.body->find("\"id\":\"chk_1\""), std::string::npos);
  EXPECT_EQ(in_band.body->find("\"order\":"), std::string::npos);
}

const VerdictCase kVerdicts[] = {
    {"not_ready", Verdict::kNotReady, 400, "field_required", "Fulfillment address and option must be selected"},
    {"declined", Verdict::kDeclined, 402, "payment_failed", "The payment was declined (INSUFFICIENT_FUNDS)"},
    {"out_of_stock", Verdict::kOutOfStock, 409, "out_of_stock", "Insufficient stock"},
    {"unreachable", Verdict::kUnreachable, 402, "payment_unavailable", "nothing was charged"},
    {"limit_reached", Verdict::kLimitReached, 409, "discount_limit_reached", "used up"},
    {"price_changed", Verdict::kPriceChanged, 200, "price_changed", "confirm the new total"},
};
INSTANTIATE_TEST_SUITE_P(All, Verdicts, testing::ValuesIn(kVerdicts),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(RenderCheckout, tells_stock_that_is_gone_at_completion_as_a_conflict) {
  samples::Sample sample = samples::in_state(State::kOpen, Verdict::kNotReady);
  sample.quote.messages.emplace_back(checkout::Level::kError, "out_of_stock", "$.line_items[0]");
  const auto answer = render(sample, BusinessErrors::kHttp4xx, Operation::kComplete);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(*answer.body, R"({"code":"out_of_stock","content":"Insufficient stock","detail":"Insufficient stock",)"
                          R"("path":"$.line_items[0]"})");
}

TEST(RenderCheckout, creates_with_201) {
  EXPECT_EQ(render(samples::fresh(), BusinessErrors::kHttp4xx, Operation::kCreate).status, 201);
  EXPECT_EQ(render(samples::fresh(), BusinessErrors::kHttp4xx, Operation::kUpdate).status, 200);
}

TEST(RenderCheckout, omits_zero_discounts_and_sums_packages) {
  samples::Sample sample = samples::full();
  samples::add(sample.quote, checkout::ComponentKind::kFulfillment, "Express", 0);
  const auto out = document(sample);
  EXPECT_EQ(words(out.at("totals")),
            R"([{"type":"subtotal","display_text":"Subtotal","amount":6500},)"
            R"({"type":"items_discount","display_text":"Item discounts","amount":-350},)"
            R"({"type":"discount","display_text":"5 off","amount":-500},)"
            R"({"type":"fulfillment","display_text":"Shipping","amount":500,"lines":[)"
            R"({"display_text":"Standard","amount":500},{"display_text":"Express","amount":0}]},)"
            R"({"type":"tax","display_text":"Sales tax","amount":410},)"
            R"({"type":"total","display_text":"Total","amount":6560}])");
}

TEST(RenderCheckout, shows_free_shipping_as_an_entry_of_zero) {
  samples::Sample sample = samples::fresh();
  samples::add(sample.quote, checkout::ComponentKind::kFulfillment, "Standard (Free)", 0);
  const auto entry = document(sample).at("totals").at(1);
  EXPECT_EQ(words(entry), R"x({"type":"fulfillment","display_text":"Standard (Free)","amount":0})x");
}

TEST(RenderCheckout, refuses_components_that_do_not_sum_up) {
  samples::Sample sample = samples::fresh();
  sample.quote.total += 1;
  EXPECT_THROW(render(sample), InvariantBroken);
}

TEST(RenderCheckout, allocates_product_discounts_to_lines_and_the_others_to_nothing) {
  EXPECT_EQ(words(document(samples::full()).at("discounts")),
            R"({"codes":["10OFF","NOPE"],"applied":[{"title":"10 % off roses","amount":350,"code":"10OFF",)"
            R"("method":"across","priority":1,"allocations":[{"path":"$.line_items[0]","amount":350}]},)"
            R"({"title":"5 off","amount":500,"automatic":true,"method":"across"},)"
            R"({"title":"A card on top","amount":0,"automatic":true}]})");
}

TEST(RenderCheckout, tells_of_extensions_only_what_was_negotiated) {
  Rendering rendering = samples::rendering(BusinessErrors::kInBand);
  rendering.capabilities = {};
  rendering.capabilities.add(Capability::kCheckout);
  const auto sample = samples::full();
  const auto answer = render_checkout(rendering, Operation::kGet, sample.view(), samples::links());
  const auto out = parse_json(*answer.body).value().as_object();
  EXPECT_FALSE(out.contains("fulfillment") || out.contains("discounts"));
  EXPECT_FALSE(out.at("buyer").as_object().contains("consent"));
  EXPECT_EQ(words(out.at("ucp").at("capabilities")), R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}]})");
}

TEST(RenderCheckout, leaves_out_empty_parts_but_names_what_is_not_chosen) {
  samples::Sample sample = samples::fresh();
  checkout::QuoteDelivery delivery;
  delivery.id = "method_1";
  delivery.type = "shipping";
  delivery.lines = {LineId{"li_1"}};
  delivery.groups.emplace_back().id = "group_1";
  sample.quote.deliveries.push_back(delivery);
  const auto out = document(sample);
  EXPECT_EQ(words(out.at("fulfillment")),
            R"({"methods":[{"id":"method_1","type":"shipping","line_item_ids":["li_1"],)"
            R"("selected_destination_id":null,)"
            R"("groups":[{"id":"group_1","line_item_ids":[],"options":[],"selected_option_id":null}]}]})");
  for (const char* absent : {"buyer", "context", "discounts", "order"}) EXPECT_FALSE(out.contains(absent)) << absent;
}

TEST(RenderCheckout, takes_links_from_the_stores_templates) {
  samples::Sample sample = samples::in_state(State::kCompleted, Verdict::kCompleted);
  sample.snapshot.settings.order_url = "https://shop.example/o/{order_id}?x=1";
  EXPECT_EQ(words(document(sample).at("order")),
            R"({"id":"ord_1","permalink_url":"https://shop.example/o/ord_1?x=1"})");
  sample = samples::fresh();
  sample.snapshot.settings.continue_url = "https://shop.example/c?id={checkout_id}";
  EXPECT_EQ(document(sample).at("continue_url").as_string(), "https://shop.example/c?id=chk_1");
}

TEST(RenderCheckout, asks_the_buyer_when_a_message_does) {
  samples::Sample sample = samples::full();
  sample.quote.messages.emplace_back(checkout::Level::kError, "age_check", "$", checkout::Severity::kBuyerReview);
  EXPECT_EQ(document(sample).at("status").as_string(), "requires_escalation");
}

TEST(UcpRenderers, read_the_rendering_text) {
  const UcpRenderer renderer(samples::links());
  const auto sample = samples::full();
  EXPECT_EQ(renderer.name(), "ucp");
  EXPECT_EQ(*renderer
                 .render("ucp/2026-04-08/in_band/checkout,discount,fulfillment,buyer_consent,order", Operation::kGet,
                         sample.view())
                 .body,
            *render(sample).body);
}

TEST(JsonWriters, escape_what_must_be_escaped) {
  JsonWriter json(1);
  const std::string nasty = "\"\\\n\r\t\x01\x1f\x7f/\xc3\xa4\xe2\x80\xa8\0x"s;
  json.begin_array();
  json.text(nasty);
  json.number(std::numeric_limits<std::int64_t>::min());
  json.null();
  json.boolean(false);
  json.end_array();
  const auto back = json::parse(json.text()).as_array();
  EXPECT_EQ(back[0].as_string(), nasty);
  EXPECT_EQ(back[1].as_int64(), std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace kassa::protocol
