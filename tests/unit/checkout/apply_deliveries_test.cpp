// Deliveries of a change: which old delivery an entry is about, destinations, choices, and references to what is gone.

#include "services/base/limits.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

DestinationPatch to(std::string id, Address where) {
  DestinationPatch out;
  out.id = std::move(id);
  out.address = std::move(where);
  return out;
}

/// Builds one entry of fulfillment.methods.
struct Method {
  DeliveryPatch patch;
  explicit Method(std::string id = {}) { patch.id = std::move(id); }
  Method& lines(std::vector<std::string> ids) {
    patch.lines.set(std::move(ids));
    return *this;
  }
  Method& destinations(std::vector<DestinationPatch> list) {
    patch.destinations.set(std::move(list));
    return *this;
  }
  Method& no_destinations() {
    patch.destinations.clear();
    return *this;
  }
  Method& select(std::string id) {
    patch.selected.set(std::move(id));
    return *this;
  }
  Method& unselect() {
    patch.selected.clear();
    return *this;
  }
  Method& type(std::string word) {
    patch.type = std::move(word);
    return *this;
  }
  Method& option(std::string group, std::string option) {
    std::vector<DeliveryPatch::Group> groups(1);
    groups[0].id = std::move(group);
    groups[0].option.set(std::move(option));
    patch.groups.set(std::move(groups));
    return *this;
  }
  Method& group(std::string group) {
    std::vector<DeliveryPatch::Group> groups(1);
    groups[0].id = std::move(group);
    patch.groups.set(std::move(groups));
    return *this;
  }
  Method& no_groups() {
    patch.groups.clear();
    return *this;
  }
};

Patch patch_of(const std::vector<Method>& methods) {
  std::vector<DeliveryPatch> list;
  for (const Method& method : methods) list.push_back(method.patch);
  Patch patch;
  patch.deliveries.set(std::move(list));
  return patch;
}

/// "m1[li_1] dest_1(DE)>dest_1 g1=std", lines "*" for all.
std::string text_of(const Delivery& delivery) {
  std::string out = delivery.id + "[";
  if (delivery.all_lines) out += "*";
  for (const LineId& id : delivery.lines) out += id.value + " ";
  out += "]";
  for (const Destination& place : delivery.destinations) out += " " + place.id + "(" + place.address.country + ")";
  if (!delivery.selected.empty()) out += " >" + delivery.selected;
  for (const GroupChoice& choice : delivery.groups) out += " " + choice.id + "=" + choice.option;
  return out;
}

std::string text_of(const Session& session) {
  std::string out;
  for (const Delivery& delivery : session.deliveries) out += (out.empty() ? "" : " | ") + text_of(delivery);
  return out;
}

struct DeliveryCase {
  const char* name;
  std::vector<Method> first;  ///< Applied before; empty: nothing was there.
  std::vector<Method> then;
  std::string expected;
};

void check(const std::vector<DeliveryCase>& cases, const std::vector<Destination>& saved = {}) {
  for (const DeliveryCase& row : cases) {
    Session session = session_of({line("li_1", "mug", 1), line("li_2", "tea", 1)});
    if (!row.first.empty()) {
      ASSERT_TRUE(apply(patch_of(row.first), saved, session)) << row.name;
    }
    const auto applied = apply(patch_of(row.then), saved, session);
    EXPECT_EQ(applied ? text_of(session) : "refused " + applied.error().path, row.expected) << row.name;
  }
}

TEST(ApplyDeliveries, AnEntryIsAboutTheOneOfItsIdOrTheOnlyOne) {
  const Method german = Method("m1").destinations({to("d1", address("DE"))}).select("d1").option("g", "std");
  const Method french = Method("m2").destinations({to("d2", address("FR"))}).select("d2");
  check({
      {"without an id the first is method_1", {}, {Method()}, "method_1[*]"},
      {"a given id is not given twice", {}, {Method(), Method("method_1")}, "method_2[*] | method_1[*]"},
      {"by id, everything absent stays", {german}, {Method("m1")}, "m1[*] d1(DE) >d1 g=std"},
      {"the only one needs no id", {german}, {Method()}, "m1[*] d1(DE) >d1 g=std"},
      {"the only one takes a new id", {german}, {Method("mine")}, "mine[*] d1(DE) >d1 g=std"},
      {"of two, an unknown id is new",
       {german, french},
       {Method("m1"), Method("m3")},
       "m1[*] d1(DE) >d1 g=std | m3[*]"},
      {"order follows the change",
       {german, french},
       {Method("m2"), Method("m1")},
       "m2[*] d2(FR) >d2 | m1[*] d1(DE) >d1 g=std"},
      {"what is not named is gone", {german, french}, {Method("m2")}, "m2[*] d2(FR) >d2"},
      {"an id twice is refused", {}, {Method("m1"), Method("m1")}, "refused $.fulfillment.methods[0].id"},
      {"only shipping is offered", {}, {Method().type("pickup")}, "refused $.fulfillment.methods[0].type"},
      {"21 methods are refused", {}, std::vector<Method>(21), "refused $.fulfillment.methods"},
  });
}

TEST(ApplyDeliveries, DestinationsAreReplacedAsAList) {
  const Method german = Method("m1").destinations({to("d1", address("DE"))}).select("d1");
  const std::vector<DestinationPatch> many(21, to("", address("DE")));
  check({
      {"a bare id and choice keep destinations", {german}, {Method("m1").select("d1")}, "m1[*] d1(DE) >d1"},
      {"null destinations keep them", {german}, {Method("m1").no_destinations()}, "m1[*] d1(DE) >d1"},
      {"a new list replaces the old",
       {german},
       {Method("m1").destinations({to("d1", address("FR"))})},
       "m1[*] d1(FR) >d1"},
      {"a choice that left with its list is dropped",
       {german},
       {Method("m1").destinations({to("d2", address("FR"))})},
       "m1[*] d2(FR)"},
      {"an empty list removes all", {german}, {Method("m1").destinations({})}, "m1[*]"},
      {"a cleared choice is none", {german}, {Method("m1").unselect()}, "m1[*] d1(DE)"},
      {"new ids count up and avoid given ones",
       {},
       {Method("m1").destinations({to("", address("DE")), to("dest_1", address("FR")), to("", address("NL"))})},
       "m1[*] dest_2(DE) dest_1(FR) dest_3(NL)"},
      {"an id twice is refused",
       {},
       {Method("m1").destinations({to("x", address("DE")), to("x", address("FR"))})},
       "refused $.fulfillment.methods[0].destinations"},
      {"21 destinations are refused",
       {},
       {Method("m1").destinations(many)},
       "refused $.fulfillment.methods[0].destinations"},
  });
}

TEST(ApplyDeliveries, OfSavedAddressesOnlyTheChosenOneIsKept) {
  const Address german = address("DE", "", "20095");
  const std::vector<Destination> saved{destination("addr_1", german), destination("addr_2", address("FR"))};
  check(
      {
          {"the same content without id takes the saved id",
           {},
           {Method("m1").destinations({to("", address("FR"))})},
           "m1[*] addr_2(FR)"},
          {"with an id of its own it keeps that",
           {},
           {Method("m1").destinations({to("x", address("FR"))})},
           "m1[*] x(FR)"},
          {"other content is new", {}, {Method("m1").destinations({to("", address("DE"))})}, "m1[*] dest_1(DE)"},
          {"the same twice are two ids",
           {},
           {Method("m1").destinations({to("", address("FR")), to("", address("FR"))})},
           "m1[*] addr_2(FR) dest_1(FR)"},
          {"an offer is not kept", {}, {Method("m1")}, "m1[*]"},
          {"one can be chosen at once", {}, {Method("m1").select("addr_2")}, "m1[*] addr_2(FR) >addr_2"},
          {"and another one instead",
           {Method("m1").select("addr_2")},
           {Method("m1").select("addr_1")},
           "m1[*] addr_1(DE) >addr_1"},
          {"a change of something else keeps it",
           {Method("m1").select("addr_2")},
           {Method("m1").option("g", "std")},
           "m1[*] addr_2(FR) >addr_2 g=std"},
          {"an offer that comes back as it was told is not kept",
           {},
           {Method("m1").destinations({to("addr_1", german), to("addr_2", address("FR"))})},
           "m1[*]"},
          {"except what is chosen of it",
           {},
           {Method("m1").destinations({to("addr_1", german), to("addr_2", address("FR"))}).select("addr_2")},
           "m1[*] addr_2(FR) >addr_2"},
          {"and what is new in it",
           {},
           {Method("m1").destinations({to("addr_1", german), to("mine", address("NL"))})},
           "m1[*] mine(NL)"},
          {"other content under a saved id is the caller's own",
           {},
           {Method("m1").destinations({to("addr_1", address("NL"))})},
           "m1[*] addr_1(NL)"},
      },
      saved);
}

TEST(ApplyDeliveries, LinesAndChoices) {
  const Method split = Method("m1").lines({"li_1"}).option("g", "std");
  check({
      {"named lines", {}, {Method("m1").lines({"li_2", "li_1"})}, "m1[li_2 li_1 ]"},
      {"unknown and repeated lines are dropped", {}, {Method("m1").lines({"li_1", "x", "li_1"})}, "m1[li_1 ]"},
      {"only unknown lines mean all", {}, {Method("m1").lines({"x"})}, "m1[*]"},
      {"absent lines stay", {split}, {Method("m1")}, "m1[li_1 ] g=std"},
      {"a group without choice keeps the old one", {split}, {Method("m1").group("g")}, "m1[li_1 ] g=std"},
      {"another option", {split}, {Method("m1").option("g", "express")}, "m1[li_1 ] g=express"},
      {"cleared groups forget the choice", {split}, {Method("m1").no_groups()}, "m1[li_1 ]"},
  });
}

TEST(ApplyDeliveries, ReferencesToWhatIsGoneAreDroppedWithANotice) {
  Session session = session_of({line("li_1", "mug", 1), line("li_2", "tea", 1)});
  const Method both = Method("m1").lines({"li_1", "li_2"}).destinations({to("d1", address("DE"))}).select("d1");
  ASSERT_TRUE(apply(patch_of({both}), {}, session));
  EXPECT_EQ(messages_of(session.notices), "");

  Patch without_tea;
  LinePatch mug;
  mug.id = "li_1";
  without_tea.lines.set({mug});
  ASSERT_TRUE(apply(without_tea, {}, session));
  EXPECT_EQ(text_of(session), "m1[li_1 ] d1(DE) >d1");
  EXPECT_EQ(messages_of(session.notices), "reference_removed $.fulfillment.methods[0].line_item_ids");

  ASSERT_TRUE(apply(patch_of({Method("m1").select("nowhere")}), {}, session));
  EXPECT_EQ(text_of(session), "m1[li_1 ] d1(DE)");
  EXPECT_EQ(messages_of(session.notices), "reference_removed $.fulfillment.methods[0].selected_destination_id");
  EXPECT_EQ(session.notices[0].params[0].second, "nowhere");

  ASSERT_TRUE(apply(Patch{}, {}, session));
  EXPECT_EQ(messages_of(session.notices), "") << "notices are those of the last change";
}

TEST(ApplyFields, AbsentStaysClearedEmptiesSetReplaces) {
  Session session = session_of({});
  Patch set;
  Buyer buyer;
  buyer.email = "jane@shop.example";
  buyer.phone = "+4940123";
  set.buyer.set(buyer);
  set.codes.set({"TEN"});
  Context context;
  context.country = "DE";
  set.context.set(context);
  set.instruments.set(std::vector<Instrument>(1));
  set.attribution.set(R"({"campaign":"x"})");
  ASSERT_TRUE(apply(set, {}, session));
  ASSERT_TRUE(apply(Patch{}, {}, session));
  EXPECT_EQ(session.buyer.email, "jane@shop.example");
  EXPECT_EQ(session.codes, std::vector<std::string>{"TEN"});
  EXPECT_TRUE(session.has_codes);
  EXPECT_EQ(session.context.country, "DE");
  EXPECT_EQ(session.instruments.size(), 1U);

  Patch other;
  Buyer renamed;
  renamed.email = "new@shop.example";
  other.buyer.set(renamed);
  other.codes.set({});
  ASSERT_TRUE(apply(other, {}, session));
  EXPECT_EQ(session.buyer.phone, "") << "a set buyer replaces the whole buyer";
  EXPECT_TRUE(session.codes.empty());
  EXPECT_TRUE(session.has_codes) << "an empty list of codes is still a use of codes";

  Patch cleared;
  cleared.buyer.clear();
  cleared.codes.clear();
  cleared.context.clear();
  cleared.instruments.clear();
  cleared.attribution.clear();
  ASSERT_TRUE(apply(cleared, {}, session));
  EXPECT_TRUE(session.buyer.empty());
  EXPECT_FALSE(session.has_codes);
  EXPECT_EQ(session.context.country, "");
  EXPECT_TRUE(session.instruments.empty());
  EXPECT_EQ(session.attribution, "");
}

}  // namespace
}  // namespace kassa::checkout
