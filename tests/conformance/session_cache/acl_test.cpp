// The commands that docs/redis.md lets a user have are all that Kassa needs: a server that allows no others refuses
// nothing.

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/conformance/session_cache/backend.hpp"

namespace kassa {
namespace {

using namespace std::chrono_literals;

/// "~kassa:* +get ...", as the page names it.
std::vector<std::string> rules_of_the_page() {
  std::stringstream page;
  page << std::ifstream("docs/redis.md").rdbuf();
  const std::string text = page.str();
  const auto begin = text.find('`', text.find("an ACL such as")) + 1;
  std::istringstream words(text.substr(begin, text.find('`', begin) - begin));
  return {std::istream_iterator<std::string>(words), {}};
}

void add_user(const RedisServer& server) {
  std::vector<std::string> command{"ACL", "SETUSER", "kassa", "on", ">s%cret"};
  for (const std::string& rule : rules_of_the_page()) command.push_back(rule);
  ASSERT_EQ(server.command(command).text, "OK");
}

/// What a server remembers of what it refused.
std::size_t refused(const RedisServer& server) { return server.command({"ACL", "LOG"}).elements.size(); }

std::string with_user(const std::string& url) {
  return std::string(url).insert(url.find("//") + 2, std::string("kassa:") + "s%25cret@");
}

class AclNodes final : public RedisNodes {
 public:
  explicit AclNodes(const std::string& url) : RedisNodes(url) {}
  void lose_everything() override {}
};

/// Everything that Kassa asks of a cache.
void use(AclNodes& nodes, const CheckoutId& id) {
  const auto put = [&](std::optional<SessionVersion> expected, SessionVersion next) {
    const auto kept = nodes.run(nodes.node(0).put(kShop, id, expected, entry(nodes.clock, next, "v")));
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_TRUE(kept.value());
  };
  const auto held = [&](std::size_t node) {
    const auto found = nodes.run(nodes.node(node).get(kShop, id));
    return found ? text_of(found.value()) : "error: " + found.error().detail;
  };
  put(std::nullopt, {0, 1});
  EXPECT_EQ(held(0), "v") << "unchanged";
  EXPECT_EQ(held(1), "v") << "as a whole";
  put(SessionVersion{0, 1}, {0, 2});
  const auto old = nodes.run(nodes.node(1).put(kShop, id, SessionVersion{0, 1}, entry(nodes.clock, {0, 2}, "w")));
  ASSERT_TRUE(old) << old.error().detail;
  EXPECT_FALSE(old.value());
  const auto seen = nodes.run(nodes.node(0).get(kShop, id)).value().value();
  EXPECT_TRUE(nodes.run(nodes.node(0).drop_seen(kShop, id, seen)).value());
  ASSERT_TRUE(nodes.run(nodes.node(0).drop(kShop, id)));
  EXPECT_NE(held(1), "v");
}

TEST(RedisAcl, OneServerRefusesNothing) {
  RedisServer server;
  add_user(server);
  ASSERT_EQ(server.command({"ACL", "SETUSER", "default", "-@all", "+acl", "+ping"}).text, "OK");
  AclNodes nodes(with_user(server.url()) + "/3");
  use(nodes, kOne);
  EXPECT_EQ(refused(server), 0U);
}

TEST(RedisAcl, AClusterRefusesNothing) {
  RedisCluster cluster;
  for (const auto& server : cluster.servers) add_user(*server);
  AclNodes nodes(with_user(cluster.url()));
  for (int i = 0; i < 12; ++i) use(nodes, CheckoutId{"chk_" + std::to_string(i)});
  for (const auto& server : cluster.servers) EXPECT_EQ(refused(*server), 0U);
}

TEST(RedisAcl, AUserWithLessIsNoticed) {
  RedisServer server;
  add_user(server);
  ASSERT_EQ(server.command({"ACL", "SETUSER", "kassa", "-evalsha", "-eval"}).text, "OK");
  AclNodes nodes(with_user(server.url()));
  EXPECT_FALSE(nodes.run(nodes.node(0).put(kShop, kOne, std::nullopt, entry(nodes.clock, {0, 1}, "v"))));
  EXPECT_GT(refused(server), 0U);
}

}  // namespace
}  // namespace kassa
