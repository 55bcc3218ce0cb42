#include "services/platform/crypto/aead.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kassa::platform {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
const Bytes kKey = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const Bytes kNonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
const Bytes kAad = hex("50515253c0c1c2c3c4c5c6c7");
constexpr std::string_view kPlain =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
    "would be it.";
const Bytes kSealed =
    hex("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64"
        "c6708c54c216"
        "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da97688"
        "12f615c68b13"
        "b52ec0875924c1c7987947deafd8780acf49");

AeadKey key() { return AeadKey{kKey.data(), kAeadKeyBytes}; }
AeadNonce nonce() { return AeadNonce{kNonce.data(), kAeadNonceBytes}; }

TEST(Aead, seals_the_published_vector) {
  Bytes out(kPlain.size() + kAeadTagBytes);
  aead_seal(key(), nonce(), as_text(kAad), kPlain, out);
  EXPECT_EQ(to_hex(out), to_hex(kSealed));
}

TEST(Aead, opens_the_published_vector) {
  const auto plain = aead_open(key(), nonce(), as_text(kAad), kSealed);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain.value(), kPlain);
}

TEST(Aead, refuses_every_single_flipped_bit) {
  for (std::size_t bit = 0; bit < kSealed.size() * 8; ++bit) {
    Bytes broken = kSealed;
    broken[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto plain = aead_open(key(), nonce(), as_text(kAad), broken);
    ASSERT_FALSE(plain) << "bit " << bit;
    ASSERT_EQ(plain.error().code, Errc::kSealBroken);
  }
}

TEST(Aead, refuses_every_truncation) {
  for (std::size_t length = 0; length < kSealed.size(); ++length) {
    EXPECT_FALSE(aead_open(key(), nonce(), as_text(kAad), std::span{kSealed}.first(length))) << length;
  }
}

TEST(Aead, refuses_other_additional_data) {
  EXPECT_FALSE(aead_open(key(), nonce(), "", kSealed));
  EXPECT_FALSE(aead_open(key(), nonce(), std::string(as_text(kAad)) + "x", kSealed));
}

}  // namespace
}  // namespace kassa::platform
