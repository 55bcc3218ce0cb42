// An evaluation at a desk that has seen such carts before asks for no memory, whatever the rules. A program of its own,
// because it counts every allocation.

#include <gtest/gtest.h>

#include <random>

#include "tests/support/allocation_count.hpp"
#include "tests/unit/discounts/generate.hpp"
#include "tests/unit/discounts/support.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kSeeds = 40;
constexpr std::size_t kCarts = 24;

/// Rules of every kind, from a seed; carts like theirs.
struct World {
  explicit World(std::uint64_t seed) : random(seed) {
    Generator generator([this](std::int64_t low, std::int64_t high) {
      return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    });
    std::vector<Problem> problems;
    rules = compile(generator.rules(12), Generator::setup(), problems);
    for (std::size_t i = 0; i < kCarts; ++i) carts.push_back(generator.cart());
    now = generator.now();
  }
  std::mt19937_64 random;
  RuleSetPtr rules;
  std::vector<Cart> carts;
  Instant now;
};

TEST(Allocations, there_are_none_once_a_desk_knows_such_carts) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World world(seed);
    ASSERT_NE(world.rules, nullptr) << "seed " << seed;
    std::vector<CartView> views;
    for (const Cart& cart : world.carts) {
      if (cart.codes.empty()) views.push_back(view_of(cart));
    }
    const UsageBook usage;
    Desk desk;
    const auto evaluate_all = [&] {
      std::size_t taken = 0;
      for (const CartView& view : views)
        taken += desk.evaluate(world.rules, view, usage, world.now, Rounding::kHalfUp).size();
      return taken;
    };
    const std::size_t expected = evaluate_all();
    const std::size_t before = allocation_count();
    const std::size_t taken = evaluate_all();
    EXPECT_EQ(allocation_count() - before, 0U) << "seed " << seed;
    EXPECT_EQ(taken, expected);
  }
}

}  // namespace
}  // namespace kassa::discounts
