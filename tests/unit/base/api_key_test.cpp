#include "services/base/api_key.hpp"

#include <gtest/gtest.h>

#include <set>

#include "services/base/hash.hpp"
#include "services/base/text.hpp"
#include "tests/support/fakes.hpp"

namespace kassa {
namespace {

struct Case {
  const char* prefix;
  KeyKind kind;
  KeyMode mode;
};
const Case kCases[] = {{"pk_live_", KeyKind::kPublishable, KeyMode::kLive},
                       {"pk_test_", KeyKind::kPublishable, KeyMode::kTest},
                       {"sk_live_", KeyKind::kSecret, KeyMode::kLive},
                       {"sk_test_", KeyKind::kSecret, KeyMode::kTest}};

TEST(ApiKey, reads_back_what_it_made) {
  SeededRandom random;
  for (const auto& expected : kCases) {
    const auto key = make_api_key(expected.kind, expected.mode, random);
    EXPECT_TRUE(key.text.starts_with(expected.prefix)) << expected.prefix;
    EXPECT_EQ(key.text.size(), 68U);
    EXPECT_EQ(key.hash, sha256_hex(key.text));
    const auto parsed = parse_api_key(key.text);
    ASSERT_TRUE(parsed) << expected.prefix;
    EXPECT_EQ(parsed->kind, expected.kind);
    EXPECT_EQ(parsed->mode, expected.mode);
    EXPECT_EQ(parsed->key_id, key.key_id);
    EXPECT_EQ(parsed->hash, key.hash);
  }
}

TEST(ApiKey, never_repeats) {
  SeededRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(make_api_key(KeyKind::kSecret, KeyMode::kLive, random).text);
  EXPECT_EQ(seen.size(), 1'000U);
}

TEST(ApiKey, refuses_what_it_cannot_have_made) {
  SeededRandom random;
  const std::string good = make_api_key(KeyKind::kSecret, KeyMode::kLive, random).text;
  auto with = [&](std::size_t at, char c) {
    std::string text = good;
    text[at] = c;
    return text;
  };
  for (const std::string& bad :
       {std::string{}, std::string{"sk_live_"}, good + "0", good.substr(1), with(0, 'S'), with(3, 'x'), with(7, '-'),
        with(20, 'u'), with(20, 'A'), with(20, ' '), with(67, '\n'), with(8, '\0'), " " + good}) {
    EXPECT_FALSE(parse_api_key(bad)) << bad;
  }
}

}  // namespace
}  // namespace kassa
