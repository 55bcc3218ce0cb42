#include "services/ports/allocate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace kassa::ports {
namespace {

AllocationLine line(const char* variant, std::int64_t quantity) { return {VariantId{variant}, quantity, true, false}; }

StockLevel stock(const char* variant, const char* location, std::int64_t on_hand, std::int64_t allowance = 0,
                 std::int64_t reserved = 0) {
  return {VariantId{variant}, LocationId{location}, on_hand, allowance, reserved};
}

LocationView place(const char* id, const char* country, std::int64_t priority, const char* region = "") {
  return {LocationId{id}, id, country, region, priority};
}

const std::vector<LocationView> kPlaces{place("berlin", "DE", 20), place("boston", "US", 10, "MA"),
                                        place("reno", "US", 30, "NV")};

std::string allocations_text(const Allocations& allocations) {
  std::string text;
  for (const Allocation& a : allocations) {
    text += (text.empty() ? "" : " ") + a.variant.value + "@" + a.location.value + "=" + std::to_string(a.quantity);
  }
  return text;
}

struct AllocationCase {
  const char* name;
  std::vector<AllocationLine> lines;
  std::vector<StockLevel> levels;
  AllocationPlace to;
  const char* expected;
};

const AllocationCase kAllocationCases[] = {
    {"the destination's country comes before priority",
     {line("a", 1)},
     {stock("a", "berlin", 5), stock("a", "boston", 5)},
     {"DE", ""},
     "a@berlin=1"},
    {"priority decides inside a country",
     {line("a", 1)},
     {stock("a", "boston", 5), stock("a", "reno", 5)},
     {"US", ""},
     "a@boston=1"},
    {"the destination's region comes before priority",
     {line("a", 1)},
     {stock("a", "boston", 5), stock("a", "reno", 5)},
     {"US", "NV"},
     "a@reno=1"},
    {"an unknown destination goes by priority",
     {line("a", 1)},
     {stock("a", "berlin", 5), stock("a", "boston", 5)},
     {},
     "a@boston=1"},
    {"one location for everything beats the nearer one for a part",
     {line("a", 1), line("b", 1)},
     {stock("a", "boston", 5), stock("a", "berlin", 5), stock("b", "berlin", 5)},
     {"US", ""},
     "a@berlin=1 b@berlin=1"},
    {"split when no location has everything",
     {line("a", 3)},
     {stock("a", "boston", 2), stock("a", "berlin", 2)},
     {"US", ""},
     "a@berlin=1 a@boston=2"},
    {"lines of one variant are added up",
     {line("a", 2), line("a", 2)},
     {stock("a", "boston", 3), stock("a", "berlin", 4)},
     {"US", ""},
     "a@berlin=4"},
    {"what is reserved is not there",
     {line("a", 2)},
     {stock("a", "boston", 5, 0, 4), stock("a", "berlin", 2)},
     {"US", ""},
     "a@berlin=2"},
    {"goods on hand far away beat goods to come nearby",
     {line("a", 2)},
     {stock("a", "boston", 0, 100), stock("a", "berlin", 2)},
     {"US", ""},
     "a@berlin=2"},
    {"goods to come are taken when there is nothing else",
     {line("a", 2)},
     {stock("a", "boston", -3, 100)},
     {"US", ""},
     "a@boston=2"},
    {"a split takes goods on hand everywhere first",
     {line("a", 5)},
     {stock("a", "boston", 1, 2), stock("a", "berlin", 3)},
     {"US", ""},
     "a@berlin=3 a@boston=2"},
    {"a level at an unknown place does not count",
     {line("a", 1)},
     {stock("a", "closed", 9), stock("a", "reno", 1)},
     {"DE", ""},
     "a@reno=1"},
};

TEST(Allocate, chooses_as_the_rules_say) {
  for (const AllocationCase& c : kAllocationCases) {
    const AllocationPlan plan = allocate(c.lines, c.levels, kPlaces, c.to);
    EXPECT_TRUE(plan.fulfillable()) << c.name;
    EXPECT_EQ(allocations_text(plan.allocations), c.expected) << c.name;
  }
}

TEST(Allocate, tells_what_is_short_and_how_much_there_is) {
  const auto plan = allocate({line("a", 5), line("b", 1), line("c", 2)},
                             {stock("a", "boston", 2), stock("a", "berlin", 2), stock("b", "boston", 1)}, kPlaces, {});
  EXPECT_FALSE(plan.fulfillable());
  EXPECT_TRUE(plan.allocations.empty());
  EXPECT_EQ(plan.short_of, (std::vector<Shortage>{{VariantId{"a"}, 5, 4}, {VariantId{"c"}, 2, 0}}));
}

TEST(Allocate, untracked_goods_need_no_reservation) {
  AllocationLine untracked = line("a", 5);
  untracked.tracked = false;
  const auto plan = allocate({untracked}, {}, kPlaces, {});
  EXPECT_TRUE(plan.fulfillable());
  EXPECT_TRUE(plan.allocations.empty());
}

TEST(Allocate, backorder_without_any_level_needs_no_reservation_but_known_levels_bind) {
  AllocationLine open = line("a", 5);
  open.backorder = true;
  EXPECT_TRUE(allocate({open}, {}, kPlaces, {}).fulfillable());
  EXPECT_FALSE(allocate({open}, {stock("a", "boston", 2, 1)}, kPlaces, {}).fulfillable());
  EXPECT_EQ(allocations_text(allocate({open}, {stock("a", "boston", 2, 1'000)}, kPlaces, {}).allocations),
            "a@boston=5");
}

TEST(Allocate, offers_the_next_locations_as_alternatives) {
  const auto plan = allocate({line("a", 1)}, {stock("a", "boston", 1), stock("a", "reno", 1), stock("a", "berlin", 1)},
                             kPlaces, {"US", ""});
  ASSERT_EQ(plan.alternatives.size(), 2U);
  EXPECT_EQ(allocations_text(plan.allocations), "a@boston=1");
  EXPECT_EQ(allocations_text(plan.alternatives[0]), "a@reno=1");
  EXPECT_EQ(allocations_text(plan.alternatives[1]), "a@berlin=1");
}

TEST(Allocate, the_largest_numbers_do_not_overflow) {
  const auto plan =
      allocate({line("a", INT64_MAX), line("a", INT64_MAX)},
               {stock("a", "boston", INT64_MAX, INT64_MAX), stock("a", "reno", INT64_MIN, 0, INT64_MAX)}, kPlaces, {});
  EXPECT_TRUE(plan.fulfillable());
  EXPECT_EQ(plan.allocations.size(), 1U);
}

struct World {
  std::vector<AllocationLine> lines;
  std::vector<StockLevel> levels;
  std::vector<LocationView> places;
  AllocationPlace to;
};

World any_world() {
  const auto variant = rc::gen::element<const char*>("a", "b", "c");
  const auto location = rc::gen::element<const char*>("berlin", "boston", "reno", "gone");
  World world;
  world.places = kPlaces;
  world.to.country = *rc::gen::element<std::string>("US", "DE", "JP", "");
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
    AllocationLine made = line(*variant, *rc::gen::inRange<std::int64_t>(1, 8));
    made.tracked = *rc::gen::inRange(0, 5) != 0;
    world.lines.push_back(made);
  }
  std::map<std::pair<std::string, std::string>, StockLevel> levels;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    const StockLevel made = stock(*variant, *location, *rc::gen::inRange<std::int64_t>(-4, 12),
                                  *rc::gen::inRange<std::int64_t>(0, 4), *rc::gen::inRange<std::int64_t>(0, 4));
    levels[{made.variant.value, made.location.value}] = made;
  }
  for (const auto& [key, made] : levels) world.levels.push_back(made);
  return world;
}

std::map<std::string, std::int64_t> wanted_of(const World& world) {
  std::map<std::string, std::int64_t> wanted;
  for (const AllocationLine& made : world.lines) {
    if (made.tracked) wanted[made.variant.value] += made.quantity;
  }
  return wanted;
}

std::int64_t available_at(const World& world, const VariantId& variant, const LocationId& location) {
  for (const StockLevel& made : world.levels) {
    if (made.variant == variant && made.location == location) return std::max<std::int64_t>(0, made.available());
  }
  return 0;
}

RC_GTEST_PROP(Allocate, every_answer_adds_up_and_stays_within_what_is_there, ()) {
  const World world = any_world();
  const AllocationPlan plan = allocate(world.lines, world.levels, world.places, world.to);
  auto wanted = wanted_of(world);
  for (const auto& [variant, quantity] : wanted) {
    std::int64_t there = 0;
    for (const LocationView& p : world.places) there += available_at(world, VariantId{variant}, p.id);
    const bool is_short =
        std::ranges::find(plan.short_of, VariantId{variant}, &Shortage::variant) != plan.short_of.end();
    RC_ASSERT(is_short == (there < quantity));
  }
  if (!plan.fulfillable()) return;
  std::vector<Allocations> answers = plan.alternatives;
  if (!wanted.empty()) answers.push_back(plan.allocations);
  for (const Allocations& answer : answers) {
    std::map<std::string, std::int64_t> given;
    for (const Allocation& a : answer) {
      RC_ASSERT(a.quantity > 0);
      RC_ASSERT(a.quantity <= available_at(world, a.variant, a.location));
      given[a.variant.value] += a.quantity;
    }
    RC_ASSERT(given == wanted);
  }
}

RC_GTEST_PROP(Allocate, one_location_is_used_whenever_one_can_serve_everything, ()) {
  const World world = any_world();
  const AllocationPlan plan = allocate(world.lines, world.levels, world.places, world.to);
  const auto wanted = wanted_of(world);
  const bool one_can = std::ranges::any_of(world.places, [&](const LocationView& p) {
    return std::ranges::all_of(
        wanted, [&](const auto& w) { return available_at(world, VariantId{w.first}, p.id) >= w.second; });
  });
  if (!one_can) return;
  for (const Allocation& a : plan.allocations) RC_ASSERT(a.location == plan.allocations.front().location);
}

RC_GTEST_PROP(Allocate, the_order_of_the_inputs_does_not_matter, ()) {
  World world = any_world();
  const AllocationPlan plan = allocate(world.lines, world.levels, world.places, world.to);
  std::ranges::reverse(world.lines);
  std::ranges::reverse(world.levels);
  std::ranges::reverse(world.places);
  const AllocationPlan turned = allocate(world.lines, world.levels, world.places, world.to);
  RC_ASSERT(turned.allocations == plan.allocations);
  RC_ASSERT(turned.alternatives == plan.alternatives);
  RC_ASSERT(turned.short_of == plan.short_of);
}

}  // namespace
}  // namespace kassa::ports
