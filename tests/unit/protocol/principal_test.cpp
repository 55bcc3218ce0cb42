// Whom a checkout belongs to: keys, platforms, modes and client secrets.

#include "services/protocol/principal.hpp"

#include <gtest/gtest.h>

#include "tests/unit/protocol/order_bench.hpp"

namespace kassa::protocol {
namespace {

ports::KnownKey key_of(std::string id, bool live) {
  ports::KnownKey key;
  key.store = StoreId{"s1"};
  key.key_id = std::move(id);
  key.live = live;
  return key;
}

TEST(Principal, of_live_and_test_never_meet) {
  EXPECT_EQ(principal_of(key_of("abc", false)), "key:abc");
  EXPECT_EQ(principal_of(key_of("abc", true)), "live:key:abc");
  EXPECT_EQ(principal_of_platform("https://a.example/p", false), "ucp:https://a.example/p");
  EXPECT_EQ(principal_of_platform("https://a.example/p", true), "live:ucp:https://a.example/p");
  EXPECT_TRUE(is_live("live:key:abc"));
  EXPECT_FALSE(is_live("key:live:abc"));
  // A platform cannot name itself into the other mode.
  EXPECT_FALSE(is_live(principal_of_platform("live:ucp:x", false)));
}

TEST(Principal, is_shown_without_the_hash_of_a_secret) {
  EXPECT_EQ(shown_owner("key:abc#0123"), "key:abc");
  EXPECT_EQ(shown_owner("live:key:abc#0123"), "live:key:abc");
  EXPECT_EQ(shown_owner("key:abc"), "key:abc");
  EXPECT_EQ(shown_owner("ucp:agent #7"), "ucp:agent #7");
}

class ClientSecret : public OrderBench {};

TEST_F(ClientSecret, is_new_each_time) {
  const std::string one = new_client_secret(random);
  EXPECT_EQ(one.size(), std::string_view("chkcs_").size() + 26);
  EXPECT_TRUE(one.starts_with("chkcs_"));
  EXPECT_NE(one, new_client_secret(random));
}

TEST_F(ClientSecret, of_a_clients_own_making_must_have_room_for_128_bits) {
  EXPECT_TRUE(check_own_secret(std::string(22, 'x')));
  EXPECT_TRUE(check_own_secret(std::string(255, '~')));
  for (const std::string& weak : {std::string(), std::string(21, 'x'), std::string(256, 'x'), std::string(22, ' '),
                                  std::string(21, 'x') + "\x7f", std::string(21, 'x') + "\n"}) {
    EXPECT_FALSE(check_own_secret(weak)) << weak.size();
  }
}

TEST_F(ClientSecret, stands_in_the_owner_as_a_keyed_hash_of_its_store) {
  const std::string owner = owner_with_secret("key:abc", box, store, "chkcs_1");
  EXPECT_EQ(owner, owner_with_secret("key:abc", box, store, "chkcs_1"));
  EXPECT_EQ(owner.find("chkcs_1"), std::string::npos);
  EXPECT_EQ(shown_owner(owner), "key:abc");
  EXPECT_NE(owner, owner_with_secret("key:abc", box, store, "chkcs_2"));
  EXPECT_NE(owner, owner_with_secret("key:abc", box, StoreId{"s2"}, "chkcs_1"));
  // Nobody owns what belongs to the empty secret.
  EXPECT_NE(owner_with_secret("key:abc", box, store, ""), "key:abc");
}

}  // namespace
}  // namespace kassa::protocol
