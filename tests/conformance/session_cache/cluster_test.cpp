// Redis Cluster: slots that move, a primary that hands over, a primary that dies.

#include <gmock/gmock.h>

#include "services/platform/redis/slot_map.hpp"
#include "tests/conformance/session_cache/backend.hpp"

namespace kassa {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Cluster : public testing::Test {
 protected:
  class Nodes final : public RedisNodes {
   public:
    explicit Nodes(const std::string& url) : RedisNodes(url, 100ms) {}
    void lose_everything() override {}
  };

  bool put(const CheckoutId& id, std::optional<SessionVersion> expected, SessionVersion next) {
    auto kept = test.run(test.node(0).put(kShop, id, expected, entry(test.clock, next, "v")));
    return kept && kept.value();
  }
  std::string get(const CheckoutId& id) {
    const auto found = test.run(test.node(0).get(kShop, id));
    return found ? text_of(found.value()) : "error: " + found.error().detail;
  }
  static std::string key_of(const CheckoutId& id) { return platform::RedisSessionCache::key_of(kShop, id); }

  RedisCluster cluster;
  Nodes test{cluster.url()};
};

TEST_F(Cluster, EverySessionIsWhereItsSlotIs) {
  for (int i = 0; i < 60; ++i) {
    const CheckoutId id{"chk_" + std::to_string(i)};
    ASSERT_TRUE(put(id, std::nullopt, {0, 1})) << i;
    EXPECT_EQ(cluster.primary_of(key_of(id)).command({"EXISTS", key_of(id)}).integer, 1) << i;
  }
}

TEST_F(Cluster, ASlotThatIsMovingIsFollowed) {
  RedisServer& from = cluster.primary_of(key_of(kOne));
  RedisServer& to = cluster.other_primary(from);
  const std::string slot = std::to_string(platform::slot_of(key_of(kOne)));
  ASSERT_TRUE(put(kOne, std::nullopt, {0, 1}));
  static_cast<void>(to.command({"CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id_of(from)}));
  static_cast<void>(from.command({"CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id_of(to)}));
  EXPECT_EQ(get(kOne), "v") << "still where it was";
  static_cast<void>(from.command({"MIGRATE", "127.0.0.1", std::to_string(to.port()), key_of(kOne), "0", "5000"}));
  EXPECT_EQ(get(kOne), "v") << "ASK";
  EXPECT_TRUE(put(kOne, SessionVersion{0, 1}, {0, 2}));
  for (RedisServer* server : {&to, &from}) {
    static_cast<void>(server->command({"CLUSTER", "SETSLOT", slot, "NODE", cluster.id_of(to)}));
  }
  EXPECT_EQ(get(kOne), "v") << "MOVED";
  EXPECT_TRUE(put(kOne, SessionVersion{0, 2}, {0, 3}));
  EXPECT_EQ(to.command({"EXISTS", key_of(kOne)}).integer, 1);
}

TEST_F(Cluster, APrimaryThatHandsOverLosesNothing) {
  ASSERT_TRUE(put(kOne, std::nullopt, {0, 1}));
  RedisServer& old = cluster.primary_of(key_of(kOne));
  RedisServer& next = cluster.replica_of(old);
  static_cast<void>(next.command({"CLUSTER", "FAILOVER"}));
  ASSERT_TRUE(eventually([&] { return next.command({"ROLE"}).elements.at(0).text == "master"; }));
  ASSERT_TRUE(eventually([&] { return old.command({"ROLE"}).elements.at(0).text == "slave"; }));
  EXPECT_EQ(get(kOne), "v");
  EXPECT_TRUE(put(kOne, SessionVersion{0, 1}, {0, 2}));
}

TEST_F(Cluster, ADeadPrimaryIsReplacedWhileTheOthersServe) {
  std::vector<CheckoutId> elsewhere;
  RedisServer& dead = cluster.primary_of(key_of(kOne));
  for (int i = 0; elsewhere.size() < 5; ++i) {
    const CheckoutId id{"chk_" + std::to_string(i)};
    if (&cluster.primary_of(key_of(id)) != &dead) elsewhere.push_back(id);
  }
  for (const auto& server : cluster.servers) {
    static_cast<void>(server->command({"CONFIG", "SET", "cluster-require-full-coverage", "no"}));
  }
  ASSERT_TRUE(put(kOne, std::nullopt, {0, 1}));
  for (const CheckoutId& id : elsewhere) ASSERT_TRUE(put(id, std::nullopt, {0, 1}));
  const RedisServer& heir = cluster.replica_of(dead);
  ASSERT_TRUE(eventually([&] { return heir.command({"DBSIZE"}).integer > 0; }));
  dead.kill();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(get(kOne), HasSubstr("error"));
  for (const CheckoutId& id : elsewhere) EXPECT_EQ(get(id), "v");
  EXPECT_TRUE(eventually([&] { return get(kOne) == "v"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_TRUE(put(kOne, SessionVersion{0, 1}, {0, 2}));
  for (const CheckoutId& id : elsewhere) EXPECT_EQ(get(id), "v");
}

}  // namespace
}  // namespace kassa
