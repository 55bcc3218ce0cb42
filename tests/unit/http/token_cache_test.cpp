// Tokens that were checked lately, and the hash that they are known by.

#include "services/http/token_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace kassa::http {
namespace {

struct Known {
  std::string id;
};
using Cache = TokenCache<Known>;

constexpr std::array<SipKey, 2> kSecrets{SipKey{1, 2}, SipKey{3, 4}};

TEST(SipHash, gives_the_published_vectors) {
  // Of the reference implementation: key 00 01 .. 0f, message 00 01 .. of each length.
  const SipKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::string message;
  const struct {
    std::size_t length;
    std::uint64_t hash;
  } vectors[] = {{0, 0x726fdb47dd0e0e31U}, {1, 0x74f839c593dc67fdU},  {7, 0xab0200f58b01d137U},
                 {8, 0x93f5f5799a932462U}, {15, 0xa129ca6149be45e5U}, {63, 0x958a324ceb064572U}};
  for (const auto& vector : vectors) {
    while (message.size() < vector.length) message.push_back(static_cast<char>(message.size()));
    EXPECT_EQ(siphash(key, message), vector.hash) << vector.length;
  }
}

TEST(TokenCache, knows_what_it_was_told_in_this_generation_only) {
  Cache cache(kSecrets);
  EXPECT_FALSE(cache.find("sk_1", 1));
  cache.keep("sk_1", 1, Known{"one"});
  const auto found = cache.find("sk_1", 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "one");
  EXPECT_FALSE(cache.find("sk_2", 1));
  EXPECT_FALSE(cache.find("sk_", 1));
  EXPECT_FALSE(cache.find("sk_1", 2)) << "a revoked key would go on working";
  cache.keep("sk_1", 2, Known{"again"});
  EXPECT_EQ(cache.find("sk_1", 2)->id, "again");
  EXPECT_FALSE(cache.find("sk_1", 1));
}

TEST(TokenCache, keeps_no_more_than_it_has_room_for_and_never_mixes_keys_up) {
  Cache cache(kSecrets);
  const std::string endless(Cache::kTokenBytesMax + 1, 'k');
  cache.keep(endless, 1, Known{"endless"});
  EXPECT_FALSE(cache.find(endless, 1));
  std::size_t known = 0;
  for (int i = 0; i < 10'000; ++i) cache.keep("sk_" + std::to_string(i), 1, Known{std::to_string(i)});
  for (int i = 0; i < 10'000; ++i) {
    const auto found = cache.find("sk_" + std::to_string(i), 1);
    if (!found) continue;
    EXPECT_EQ(found->id, std::to_string(i));
    ++known;
  }
  EXPECT_GT(known, 0U);
  EXPECT_LE(known, Cache::kSlots);
}

TEST(TokenCache, may_be_asked_from_many_threads) {
  Cache cache(kSecrets);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 20'000; ++i) {
        const std::string token = "sk_" + std::to_string(i % 200);
        const auto found = cache.find(token, 1);
        if (found) {
          EXPECT_EQ(found->id, token);
        } else {
          cache.keep(token, 1, Known{token});
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kassa::http
