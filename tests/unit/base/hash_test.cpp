#include "services/base/hash.hpp"

#include <gtest/gtest.h>

namespace kassa {
namespace {

TEST(Sha256, equals_the_vectors_of_fips_180) {
  const struct {
    const char* name;
    std::string input;
    const char* hex;
  } kCases[] = {
      {"nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"one block", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"a million times a", std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
      {"a NUL is a byte like any other", std::string(1, '\0'),
       "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
  };
  for (const auto& row : kCases) EXPECT_EQ(sha256_hex(row.input), row.hex) << row.name;
  EXPECT_EQ(sha256({}), sha256(""));
  EXPECT_EQ(std::to_integer<int>(sha256("abc").front()), 0xba);
}

TEST(ShortHash, is_the_beginning_of_blake2b_and_needs_no_memory) {
  EXPECT_EQ(short_hash(""), "DldRwCblQ7Loqy4");
  EXPECT_EQ(short_hash("abc"), "vd2BPGNCOXIxce8");
  EXPECT_EQ(short_hash("abc").capacity(), std::string{}.capacity());
}

TEST(EqualSecrets, compares_length_and_every_byte) {
  EXPECT_TRUE(equal_secrets("", ""));
  EXPECT_TRUE(equal_secrets("sk_live_1", "sk_live_1"));
  EXPECT_FALSE(equal_secrets("sk_live_1", "sk_live_2"));
  EXPECT_FALSE(equal_secrets("Sk_live_1", "sk_live_1"));
  EXPECT_FALSE(equal_secrets("sk_live_1", "sk_live_"));
  EXPECT_FALSE(equal_secrets("", "x"));
  EXPECT_TRUE(equal_secrets({}, ""));
}

}  // namespace
}  // namespace kassa
