// How much of the disk answers under keys may take.

#include "services/checkout/kept_answers.hpp"

#include "services/checkout/edit.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

KeyUse use_of(std::string name) {
  KeyUse use;
  use.scope = "scope";
  use.key = std::move(name);
  return use;
}

Answer answer_of(std::size_t bytes) {
  Answer answer;
  answer.body = std::make_shared<const std::string>(bytes, 'x');
  return answer;
}

class KeptAnswersTest : public testing::Test {
 protected:
  KeptAnswersTest() { caller.store = StoreId{"s1"}; }
  bool may(const KeyUse& use, const Session* session = nullptr) {
    const auto judged = kept.may_keep(caller, use, session, now);
    if (!judged) {
      EXPECT_EQ(judged.error().code, Errc::kRateLimited);
    }
    return judged.has_value();
  }

  KeptAnswers kept{1'000};
  Caller caller;
  Instant now{ManualClock::kStart};
};

TEST_F(KeptAnswersTest, WhoProvesNothingSharesTheStoresDay) {
  kept.count(caller, use_of("a"), answer_of(999), now);
  EXPECT_TRUE(may(use_of("b")));
  kept.count(caller, use_of("b"), answer_of(1), now);
  EXPECT_FALSE(may(use_of("c")));
  EXPECT_TRUE(may(use_of(""))) << "without a key nothing is kept";
  caller.store = StoreId{"s2"};
  EXPECT_TRUE(may(use_of("c"))) << "another store";
  caller.store = StoreId{"s1"};
  now += std::chrono::hours{24};
  EXPECT_TRUE(may(use_of("c"))) << "another day";
}

TEST_F(KeptAnswersTest, OneAddressCannotUseUpTheDayOfTheOthers) {
  caller.block = "203.0.113.7";
  kept.count(caller, use_of("a"), answer_of(1'000 / kKeptSharesPerDay), now);
  EXPECT_FALSE(may(use_of("b")));
  caller.block = "203.0.113.8";
  EXPECT_TRUE(may(use_of("b"))) << "another address";
  caller.block = "203.0.113.7";
  caller.store = StoreId{"s2"};
  EXPECT_TRUE(may(use_of("b"))) << "another store";
  caller.store = StoreId{"s1"};
  now += std::chrono::hours{24};
  EXPECT_TRUE(may(use_of("b"))) << "another day";
}

TEST_F(KeptAnswersTest, TheStoresDayIsTheLastWallForAllAddressesTogether) {
  for (int i = 0; i < 40; ++i) {
    caller.block = "203.0.113." + std::to_string(i);
    kept.count(caller, use_of("a"), answer_of(25), now);
  }
  caller.block = "203.0.113.99";
  EXPECT_FALSE(may(use_of("b")));
}

TEST_F(KeptAnswersTest, WhoProvesWhoItIsIsNotHeldBackByTheOthers) {
  kept.count(caller, use_of("a"), answer_of(5'000), now);
  caller.proved = true;
  EXPECT_TRUE(may(use_of("b")));
  kept.count(caller, use_of("b"), answer_of(5'000), now);
  EXPECT_TRUE(may(use_of("c")));
}

TEST_F(KeptAnswersTest, OneCheckoutHasALimitForEverybodyAndRemembersIt) {
  caller.proved = true;
  Session session = session_of({line("a", "mug", 1)});
  const Answer large = answer_of(80'000);
  int kept_here = 0;
  for (; may(use_of("n"), &session); ++kept_here) {
    keep_answer(use_of(std::to_string(kept_here)), large, now, session);
    for (const auto& answer : session.answers) answer->journaled = true;
  }
  EXPECT_EQ(kept_here, kKeptBytesPerCheckoutMax / 80'000 + 1);
  EXPECT_LE(session.answers.size(), 16U) << "most of it is on the disk alone";
  EXPECT_TRUE(may(use_of(""), &session));
}

}  // namespace
}  // namespace kassa::checkout
