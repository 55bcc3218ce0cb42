#include "services/shoppers/person_keys.hpp"

#include <gtest/gtest.h>

#include "tests/support/fakes.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa::shoppers {
namespace {

class PersonKeysOfTwoProcesses : public testing::Test {
 protected:
  static Errc error_of(const Result<ports::DataKey>& key) { return key ? Errc{} : key.error().code; }

  ImportBench bench;
  Database keys{"keys"};
  SeededRandom random{7};
  CachedPersonKeys here{keys.store(), bench.box(), bench.clock(), random, [] {}};
  CachedPersonKeys there{keys.store(), bench.box(), bench.clock(), random, [] {}};
  StoreId store{"s1"};
};

TEST_F(PersonKeysOfTwoProcesses, what_one_erases_the_other_forgets_when_it_is_told) {
  const PersonId person = here.create(store);
  ASSERT_TRUE(run(here.settle(store, {person})));
  const auto key = run(here.key_of(store, person)).value();
  EXPECT_EQ(run(there.key_of(store, person)).value().bytes(), key.bytes());
  // It is told when the erasure begins: until the key is destroyed it may be read, but is kept no more.
  there.forget(store, person);
  EXPECT_EQ(run(there.key_of(store, person)).value().bytes(), key.bytes());
  ASSERT_TRUE(run(here.erase(store, person)));
  EXPECT_EQ(error_of(run(there.key_of(store, person))), Errc::kNotFound);
  EXPECT_EQ(error_of(run(here.key_of(store, person))), Errc::kNotFound);
}

TEST_F(PersonKeysOfTwoProcesses, erasures_are_not_remembered_for_ever) {
  ManualClock clock;
  CachedPersonKeys elsewhere{keys.store(), bench.box(), clock, random, [] {}};
  for (int hour = 0; hour < 50; ++hour) {
    for (int n = 0; n < 10; ++n) elsewhere.forget(store, PersonId{"per_" + std::to_string(hour * 10 + n)});
    clock.advance(std::chrono::hours{1});
    ASSERT_TRUE(run(elsewhere.settle_fresh()));
    EXPECT_LE(elsewhere.forgotten(), 20U);
  }
}

}  // namespace
}  // namespace kassa::shoppers
