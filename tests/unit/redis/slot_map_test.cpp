#include <gtest/gtest.h>

#include "services/platform/redis/slot_map.hpp"

namespace kassa::platform {
namespace {

const RedisAddress kAsked("10.0.0.9", 7000);

RedisReply number(std::int64_t value) {
  RedisReply out;
  out.kind = RedisReply::Kind::kInteger;
  out.integer = value;
  return out;
}
RedisReply text(std::string value) {
  RedisReply out;
  out.kind = RedisReply::Kind::kText;
  out.text = std::move(value);
  return out;
}
RedisReply error(std::string value) {
  RedisReply out = text(std::move(value));
  out.kind = RedisReply::Kind::kError;
  return out;
}
RedisReply list(std::vector<RedisReply> elements) {
  RedisReply out;
  out.kind = RedisReply::Kind::kList;
  out.elements = std::move(elements);
  return out;
}

TEST(SlotOf, IsThatOfRedis) {
  // From the cluster specification and CLUSTER KEYSLOT of a real server.
  const std::pair<const char*, int> cases[] = {
      {"123456789", 12739}, {"foo", 12182}, {"{foo}.bar", 12182}, {"x{foo}{bar}", 12182}, {"", 0},
      {"{}foo", 9500},      {"foo{", 7673},
  };
  for (const auto& [key, slot] : cases) EXPECT_EQ(slot_of(key), slot) << key;
}

TEST(SlotOf, OnlyTheTagOfASessionCounts) {
  EXPECT_EQ(slot_of("kassa:{shop:chk_1}"), slot_of("other:{shop:chk_1}"));
  EXPECT_NE(slot_of("kassa:{shop:chk_1}"), slot_of("kassa:{shop:chk_2}"));
}

TEST(Redirections, AreRead) {
  const auto moved = read_redirection(error("MOVED 3999 127.0.0.1:6381"), kAsked);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(to_text(moved->to), "127.0.0.1:6381");
  EXPECT_EQ(to_text(read_redirection(error("ASK 1 ::1:6381"), kAsked)->to), "[::1]:6381");
  EXPECT_EQ(to_text(read_redirection(error("MOVED 1 :6381"), kAsked)->to), "10.0.0.9:6381") << "who said so";
}

TEST(Redirections, OtherErrorsAreNone) {
  for (const char* other : {"ERR MOVED", "MOVED", "MOVED x", "MOVED 1", "MOVED 16384 a:1", "MOVED 1 a:x", "ASKING"}) {
    EXPECT_FALSE(read_redirection(error(other), kAsked)) << other;
  }
  EXPECT_FALSE(read_redirection(text("MOVED 1 a:1"), kAsked));
}

TEST(Map, IsReadFromWhatAClusterSays) {
  const auto map = SlotMap::read(
      list({list({number(0), number(99), list({text("a"), number(1), text("id")}), list({text("b"), number(2)})}),
            list({number(100), number(16'383), list({text(""), number(3)})})}),
      kAsked);
  ASSERT_TRUE(map);
  EXPECT_EQ(to_text(*map->owner(0)), "a:1");
  EXPECT_EQ(to_text(*map->owner(99)), "a:1");
  EXPECT_EQ(to_text(*map->owner(100)), "10.0.0.9:3");
  EXPECT_EQ(map->nodes().size(), 3U) << "replicas can be asked, too";
}

TEST(Map, SlotsWithoutAnOwnerAreNobodys) {
  auto map = SlotMap::read(list({list({number(5), number(5), list({text("a"), number(1)})})}), kAsked);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->owner(4), nullptr);
  map->set_owner(4, RedisAddress("b", 2));
  EXPECT_EQ(to_text(*map->owner(4)), "b:2");
}

TEST(Map, AnotherShapeIsNoMap) {
  const RedisReply shapes[] = {
      error("ERR This instance has cluster support disabled"),
      list({}),
      list({text("x")}),
      list({list({number(0), number(1)})}),
      list({list({number(0), number(16'384), list({text("a"), number(1)})})}),
      list({list({number(-1), number(5), list({text("a"), number(1)})})}),
      list({list({number(0), number(1), list({text("a"), number(0)})})}),
      list({list({number(0), number(1), list({text("a"), text("1")})})}),
  };
  for (const RedisReply& shape : shapes) EXPECT_FALSE(SlotMap::read(shape, kAsked));
}

}  // namespace
}  // namespace kassa::platform
