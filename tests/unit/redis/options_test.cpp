#include <gtest/gtest.h>

#include "services/platform/redis/options.hpp"

namespace kassa::platform {
namespace {

struct Good {
  const char* name;
  const char* url;
  std::vector<std::string> nodes;
  const char* user;
  const char* password;
  int database;
  bool cluster;
};

const Good kGood[] = {
    {"a host alone", "redis://cache", {"cache:6379"}, "", "", 0, false},
    {"a port", "redis://127.0.0.1:7000", {"127.0.0.1:7000"}, "", "", 0, false},
    {"a database", "redis://cache:7000/5", {"cache:7000"}, "", "", 5, false},
    {"a slash without a database", "redis://cache/", {"cache:6379"}, "", "", 0, false},
    {"an IPv6 address", "REDIS://[::1]:7000", {"[::1]:7000"}, "", "", 0, false},
    {"a password of the default user", "redis://:p%40ss@cache", {"cache:6379"}, "", "p@ss", 0, false},
    {"a user and a password", "redis://me:a:b@cache", {"cache:6379"}, "me", "a:b", 0, false},
    {"a socket", "redis+unix:///run/redis.sock?db=2", {"/run/redis.sock"}, "", "", 2, false},
    {"a socket with a user", "redis+unix://me:x@/run/redis.sock", {"/run/redis.sock"}, "me", "x", 0, false},
    {"a cluster of several", "redis+cluster://a:1,b:2,[::1]", {"a:1", "b:2", "[::1]:6379"}, "", "", 0, true},
};

TEST(RedisUrl, SaysWhereRedisIs) {
  for (const Good& good : kGood) {
    const auto read = parse_redis_url(good.url);
    ASSERT_TRUE(read) << good.name << ": " << read.error().detail;
    const RedisOptions& options = read.value();
    std::vector<std::string> nodes;
    for (const RedisAddress& node : options.nodes) nodes.push_back(to_text(node));
    EXPECT_EQ(nodes, good.nodes) << good.name;
    EXPECT_EQ(options.user, good.user) << good.name;
    EXPECT_EQ(options.password, good.password) << good.name;
    EXPECT_EQ(options.database, good.database) << good.name;
    EXPECT_EQ(options.cluster, good.cluster) << good.name;
  }
}

TEST(RedisUrl, RefusesWhatItDoesNotUnderstand) {
  const std::pair<const char*, std::string> cases[] = {
      {"nothing", ""},
      {"no scheme", "cache:6379"},
      {"another scheme", "http://cache"},
      {"TLS, which hiredis cannot", "rediss://cache"},
      {"TLS to a cluster", "rediss+cluster://cache"},
      {"no host", "redis://"},
      {"no host before a port", "redis://:6379"},
      {"a port that is none", "redis://cache:x"},
      {"port zero", "redis://cache:0"},
      {"a port out of range", "redis://cache:70000"},
      {"a database that is none", "redis://cache/x"},
      {"a negative database", "redis://cache/-1"},
      {"a database of a cluster", "redis+cluster://cache/1"},
      {"several hosts that are no cluster", "redis://a,b"},
      {"a missing host in a list", "redis+cluster://a,,b"},
      {"an open bracket", "redis://[::1"},
      {"a space", "redis://ca che"},
      {"a broken percent sign", "redis://u:%4@cache"},
      {"a relative socket", "redis+unix://run/redis.sock"},
      {"a socket path too long for the system", "redis+unix:///" + std::string(120, 's')},
      {"an unknown option of a socket", "redis+unix:///run/redis.sock?x=2"},
      {"far too long", "redis://" + std::string(5'000, 'h')},
  };
  for (const auto& [name, url] : cases) {
    const auto read = parse_redis_url(url);
    EXPECT_FALSE(read) << name;
  }
}

TEST(RedisUrl, ARefusalDoesNotRepeatThePassword) {
  const std::string password = "hunter2";
  const auto read = parse_redis_url("redis://me:" + password + "@cache:x");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().detail.find(password), std::string::npos);
}

}  // namespace
}  // namespace kassa::platform
