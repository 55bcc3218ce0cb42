#include "services/protocol/ucp/decode.hpp"

#include <gtest/gtest.h>

namespace kassa::protocol {
namespace {

json::object object(std::string_view text) { return json::parse(text).as_object(); }

checkout::Patch patch(std::string_view text) { return decode_update(object(text)).value(); }

struct UpdateCase {
  const char* name;
  const char* body;
  const char* path;  ///< Of the fault; nullptr: none.
};

class UpdateFaults : public testing::TestWithParam<UpdateCase> {};

TEST_P(UpdateFaults, say_where_they_are) {
  const auto result = decode_update(object(GetParam().body));
  if (GetParam().path == nullptr) {
    EXPECT_TRUE(result) << result.error().path << " " << result.error().detail;
  } else {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::kInvalidRequest);
    EXPECT_EQ(result.error().path, GetParam().path);
  }
}

const UpdateCase kFaults[] = {
    {"nothing", "{}", nullptr},
    {"unknown_members", R"({"platform":{},"risk_signals":[],"ap2":7,"id":5,"status":true,"totals":"x","links":{}})",
     nullptr},
    {"nulls", R"({"line_items":null,"buyer":null,"context":null,"discounts":null,"fulfillment":null,"payment":null})",
     nullptr},
    {"nested_payment", R"({"payment":{"payment":{"instruments":[{"id":"x"}]}}})", nullptr},
    {"handlers_in_payment", R"({"payment":{"instruments":[],"handlers":[{"id":1}]}})", nullptr},
    {"lines_are_an_object", R"({"line_items":{}})", "/line_items"},
    {"a_line_is_a_text", R"({"line_items":["x"]})", "/line_items/0"},
    {"quantity_as_text", R"({"line_items":[{"item":{"id":"a"},"quantity":"2"}]})", "/line_items/0/quantity"},
    {"quantity_as_fraction", R"({"line_items":[{"item":{"id":"a"},"quantity":1.5}]})", "/line_items/0/quantity"},
    {"quantity_zero", R"({"line_items":[{"item":{"id":"a"},"quantity":0}]})", "/line_items/0/quantity"},
    {"quantity_10001_is_for_the_stock_check", R"({"line_items":[{"item":{"id":"a"},"quantity":10001}]})", nullptr},
    {"quantity_beyond_the_limit", R"({"line_items":[{"item":{"id":"a"},"quantity":100001}]})",
     "/line_items/0/quantity"},
    {"price_as_fraction", R"({"line_items":[{},{"item":{"id":"a","price":35.5}}]})", "/line_items/1/item/price"},
    {"price_in_minor_units", R"({"line_items":[{"item":{"id":"a","price":3500}}]})", nullptr},
    {"item_as_text", R"({"line_items":[{"item":"a"}]})", "/line_items/0/item"},
    {"item_id_as_number", R"({"line_items":[{"item":{"id":7}}]})", "/line_items/0/item/id"},
    {"buyer_as_text", R"({"buyer":"Jane"})", "/buyer"},
    {"email_as_number", R"({"buyer":{"email":1}})", "/buyer/email"},
    {"consent_as_text", R"({"buyer":{"consent":{"marketing":"yes"}}})", "/buyer/consent/marketing"},
    {"code_as_number", R"({"discounts":{"codes":["A",5]}})", "/discounts/codes/1"},
    {"codes_as_text", R"({"discounts":{"codes":"A"}})", "/discounts/codes"},
    {"echoed_applied", R"({"discounts":{"codes":[],"applied":"whatever"}})", nullptr},
    {"methods_as_object", R"({"fulfillment":{"methods":{}}})", "/fulfillment/methods"},
    {"postal_code_as_number", R"({"fulfillment":{"methods":[{"destinations":[{"postal_code":94105}]}]}})",
     "/fulfillment/methods/0/destinations/0/postal_code"},
    {"selected_option_as_number", R"({"fulfillment":{"methods":[{"groups":[{"selected_option_id":1}]}]}})",
     "/fulfillment/methods/0/groups/0/selected_option_id"},
    {"echoed_options_and_nulls",
     R"({"fulfillment":{"methods":[{"id":"m","type":"shipping","line_item_ids":null,
      "destinations":null,"selected_destination_id":null,"groups":[{"id":"g","options":[{"totals":5}],
      "selected_option_id":null}]}],"available_methods":3}})",
     nullptr},
    {"instrument_without_handler", R"({"payment":{"instruments":[{"id":"i","type":"card"}]}})",
     "/payment/instruments/0/handler_id"},
    {"eligibility_as_text", R"({"context":{"eligibility":"x"}})", "/context/eligibility"},
    {"attribution_of_numbers", R"({"attribution":{"utm":5}})", "/attribution/utm"},
};
INSTANTIATE_TEST_SUITE_P(All, UpdateFaults, testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DecodeCreate, needs_line_items) {
  EXPECT_EQ(decode_create(object("{}")).error().path, "/line_items");
  EXPECT_TRUE(decode_create(object(R"({"line_items":[]})")));
}

TEST(DecodeUpdate, leaves_absent_and_null_members_alone) {
  for (const char* body :
       {"{}", R"({"line_items":null,"buyer":null,"discounts":{"codes":null},"fulfillment":{},"payment":{}})"}) {
    const auto out = patch(body);
    EXPECT_FALSE(out.lines.present() || out.buyer.present() || out.codes.present());
    EXPECT_FALSE(out.deliveries.present() || out.instruments.present() || out.context.present());
  }
  EXPECT_TRUE(patch(R"({"discounts":{"codes":[]}})").codes.value()->empty());
}

TEST(DecodeUpdate, reads_lines) {
  const auto lines = *patch(R"({"line_items":[{"id":"li_1","item":{"id":"a","title":"x"},"quantity":2,"parent_id":null},
      {"item":{"id":"b"},"parent_id":"li_1"}]})")
                          .lines.value();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].id, "li_1");
  EXPECT_EQ(lines[0].item, "a");
  EXPECT_EQ(lines[0].quantity, 2);
  EXPECT_TRUE(lines[0].parent.present());
  EXPECT_EQ(lines[0].parent.value(), nullptr);
  EXPECT_EQ(lines[1].quantity, std::nullopt);
  EXPECT_EQ(*lines[1].parent.value(), "li_1");
}

struct NameCase {
  const char* name;
  const char* buyer;
  const char* first;
  const char* last;
};

class Names : public testing::TestWithParam<NameCase> {};

TEST_P(Names, are_divided) {
  const auto buyer = *patch(std::string(R"({"buyer":)") + GetParam().buyer + "}").buyer.value();
  EXPECT_EQ(buyer.first_name, GetParam().first);
  EXPECT_EQ(buyer.last_name, GetParam().last);
}

const NameCase kNames[] = {
    {"both_parts", R"({"first_name":"Jane","last_name":"Doe","name":"Other One"})", "Jane", "Doe"},
    {"full_name", R"({"full_name":"Jane Doe"})", "Jane", "Doe"},
    {"camel_case", R"({"fullName":"John Doe"})", "John", "Doe"},
    {"plain_name", R"({"name":"John Ronald Tolkien"})", "John Ronald", "Tolkien"},
    {"one_word", R"({"name":" Cher "})", "Cher", ""},
    {"none", R"({"email":"a@b.example"})", "", ""},
};
INSTANTIATE_TEST_SUITE_P(All, Names, testing::ValuesIn(kNames),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DecodeUpdate, keeps_known_consents_only) {
  const auto out = patch(R"({"buyer":{"consent":{"sale_of_data":false,"marketing":true,"mind_reading":true}}})");
  EXPECT_EQ(out.buyer.value()->consent, R"({"marketing":true,"sale_of_data":false})");
  EXPECT_EQ(patch(R"({"buyer":{"consent":{}}})").buyer.value()->consent, "");
}

TEST(DecodeUpdate, reads_fulfillment_with_aliases) {
  const auto methods = *patch(R"({"fulfillment":{"methods":[{"id":"method_1","type":"shipping","line_item_ids":["li_1"],
      "selected_destination_id":"dest_1","destinations":[{"id":"dest_1",
      "type":"shipping_address","full_name":"Jane Doe",
      "address_country":"us","postal_code":"94105","locality":"San Francisco","region":"CA",
      "street_address":"123 Market St"}],
      "groups":[{"id":"group_1","line_item_ids":["li_1"],"selected_option_id":"std-ship"}]}]}})")
                            .deliveries.value();
  ASSERT_EQ(methods.size(), 1U);
  const auto& method = methods[0];
  EXPECT_EQ(*method.lines.value(), std::vector<std::string>{"li_1"});
  EXPECT_EQ(*method.selected.value(), "dest_1");
  const auto& destination = method.destinations.value()->at(0);
  EXPECT_EQ(destination.id, "dest_1");
  EXPECT_EQ(destination.address.locality, "San Francisco");
  EXPECT_EQ(destination.address.region, "CA");
  EXPECT_EQ(destination.address.country, "US");
  EXPECT_EQ(destination.address.last_name, "Doe");
  EXPECT_EQ(*method.groups.value()->at(0).option.value(), "std-ship");
}

TEST(DecodeUpdate, never_keeps_a_credential) {
  const auto instruments =
      *patch(R"({"payment":{"instruments":[{"id":"i","handler_id":"h","type":"card","selected":true,
      "display":{"brand":"Visa","last_digits":"1234","cvc":"999","nested":{"a":1}},
      "credential":{"type":"token","token":"s3cret"},
      "billing_address":{"address_country":"US","region":"CA","odd":"x"}}]}})")
           .instruments.value();
  ASSERT_EQ(instruments.size(), 1U);
  EXPECT_EQ(instruments[0].display, R"({"brand":"Visa","last_digits":"1234"})");
  EXPECT_EQ(instruments[0].billing, R"({"address_region":"CA","address_country":"US"})");
  EXPECT_TRUE(instruments[0].selected);
}

TEST(DecodePayment, takes_the_selected_instrument_else_the_first) {
  const auto body = [](std::string_view a, std::string_view b) {
    return object(R"({"payment":{"instruments":[{"id":"a","handler_id":"h","type":"card","credential":{"token":"ta"})" +
                  std::string(a) + R"(},{"id":"b","handler_id":"h","type":"card","credential":{"token":"tb"})" +
                  std::string(b) + "}]},\"risk_signals\":{}}");
  };
  EXPECT_EQ(decode_payment(body("", "")).value()->token, "ta");
  EXPECT_EQ(decode_payment(body("", ",\"selected\":true")).value()->token, "tb");
  EXPECT_EQ(decode_payment(body(",\"selected\":false", ",\"selected\":null")).value()->instrument.id, "a");
}

TEST(DecodePayment, may_find_none) {
  EXPECT_FALSE(decode_payment(object("{}")).value().has_value());
  EXPECT_FALSE(decode_payment(object(R"({"payment":{"instruments":[]}})")).value().has_value());
  const auto bare =
      decode_payment(object(R"({"payment":{"instruments":[{"id":"a","handler_id":"h","type":"card"}]}})"));
  EXPECT_EQ(bare.value()->token, "");
  EXPECT_EQ(decode_payment(object(R"({"payment":[]})")).error().path, "/payment");
  EXPECT_EQ(decode_payment(object(R"({"payment":{"instruments":[{"id":"a","handler_id":"h","type":"card",
      "credential":{"token":5}}]}})"))
                .error()
                .path,
            "/payment/instruments/0/credential/token");
}

TEST(DecodeCart, an_update_replaces_all_of_it_and_a_create_only_says_what_it_says) {
  const auto body = object(R"({"id":"crt_1","line_items":[{"item":{"id":"a"},"quantity":2}]})");
  const auto created = decode_cart(body, {}, Members::kAll).value();
  EXPECT_EQ(created.lines.items().size(), 1U);
  EXPECT_FALSE(created.buyer.present());
  const auto updated = decode_cart(body, "crt_1", Members::kAll).value();
  EXPECT_TRUE(updated.buyer.present() && updated.context.present() && updated.codes.present());
  EXPECT_TRUE(updated.attribution.present() && updated.note.present());
  EXPECT_FALSE(decode_cart(body, "crt_1", Members::kUcp).value().note.present());
  EXPECT_FALSE(updated.deliveries.present());
  EXPECT_FALSE(decode_cart(object(R"({"line_items":[],"payment":{"instruments":7}})"), {}, Members::kUcp)
                   .value()
                   .instruments.present());
}

TEST(DecodeCart, needs_its_lines_and_no_other_id) {
  EXPECT_EQ(decode_cart(object("{}"), {}, Members::kUcp).error().path, "/line_items");
  EXPECT_EQ(decode_cart(object(R"({"line_items":[],"id":"crt_2"})"), "crt_1", Members::kUcp).error().path, "/id");
  EXPECT_TRUE(decode_cart(object(R"({"line_items":[]})"), "crt_1", Members::kUcp));
}

TEST(DecodeCart, a_create_of_a_cart_needs_no_lines) {
  EXPECT_FALSE(decode_create(object("{}")));
  EXPECT_TRUE(decode_create(object(R"({"cart_id":"crt_1"})")));
  EXPECT_EQ(decode_cart_id(object(R"({"cart_id":"crt_1"})")).value().value, "crt_1");
  EXPECT_EQ(decode_cart_id(object("{}")).value().value, "");
  EXPECT_EQ(decode_cart_id(object(R"({"cart_id":7})")).error().path, "/cart_id");
  EXPECT_EQ(decode_cart_id(object(R"({"cart_id":""})")).error().path, "/cart_id");
  EXPECT_EQ(decode_cart_id(object(R"({"cart_id":null})")).value().value, "");
  EXPECT_EQ(decode_create(object(R"({"cart_id":null})")).error().path, "/line_items");
}

TEST(DecodeCart, a_create_needs_its_lines_where_carts_are_not_spoken_of) {
  EXPECT_EQ(decode_create(object(R"({"cart_id":"crt_1"})"), Members::kUcp, false).error().path, "/line_items");
  EXPECT_TRUE(decode_create(object(R"({"cart_id":"crt_1","line_items":[]})"), Members::kUcp, false));
}

TEST(DecodeDetail, is_read_for_the_first_party_only) {
  const auto body = object(R"({"note":"n","gift_message":null,"age_confirmed":true,)"
                           R"("line_items":[{"item":{"id":"a"},"properties":[{"name":"engraving","value":"Ada"}]}]})");
  const auto all = decode_update(body, Members::kAll).value();
  EXPECT_EQ(*all.note.value(), "n");
  EXPECT_TRUE(all.gift_message.present());
  EXPECT_EQ(all.gift_message.value(), nullptr);
  EXPECT_TRUE(*all.age_confirmed.value());
  EXPECT_FALSE(all.purchase_order.present());
  EXPECT_EQ(all.lines.items()[0].properties.items()[0].value, "Ada");
  const auto ucp = decode_update(body).value();
  EXPECT_FALSE(ucp.note.present());
  EXPECT_FALSE(ucp.lines.items()[0].properties.present());
  const auto wrong = decode_update(object(R"({"line_items":[{"properties":[{"name":"x"}]}]})"), Members::kAll);
  EXPECT_EQ(wrong.error().path, "/line_items/0/properties/0/value");
}

}  // namespace
}  // namespace kassa::protocol
