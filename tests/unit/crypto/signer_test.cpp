#include "services/platform/crypto/signer.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace kassa::platform {
namespace {

namespace fs = std::filesystem;

// RFC 7515, appendix A.3.
const ports::PublicJwk kRfcKey{"", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                               "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"};
constexpr std::string_view kRfcMessage =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";
constexpr std::string_view kRfcSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// The openssl program as an independent reader and writer of signatures; it only speaks DER.
class OpenSslProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kassa_sign_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const char* name, std::string_view bytes) { std::ofstream(folder_ / name, std::ios::binary) << bytes; }
  std::string read(const char* name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] bool openssl(const std::string& arguments) const {
    const auto command = "cd '" + folder_.string() + "' && openssl " + arguments + " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
  fs::path folder_;
};

/// DER INTEGER of a big-endian number: no leading zero bytes, one added when the top bit is set.
std::string der_integer(std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  std::string content{number};
  if ((static_cast<unsigned char>(content.front()) & 0x80U) != 0) content.insert(0, 1, '\0');
  return std::string{"\x02"} + static_cast<char>(content.size()) + content;
}

std::string to_der(std::string_view raw) {
  const auto body = der_integer(raw.substr(0, 32)) + der_integer(raw.substr(32));
  return std::string{"\x30"} + static_cast<char>(body.size()) + body;
}

/// The two INTEGERs of a DER signature as 32 bytes each.
std::string to_raw(std::string_view der) {
  std::string raw;
  std::size_t at = 2;
  for (int part = 0; part < 2; ++part) {
    const auto length = static_cast<unsigned char>(der[at + 1]);
    std::string number{der.substr(at + 2, length)};
    at += 2U + length;
    if (number.size() > 32) number.erase(0, number.size() - 32);
    raw += std::string(32 - number.size(), '\0') + number;
  }
  return raw;
}

TEST_F(OpenSslProgram, accepts_our_signatures) {
  const OpenSslSigner signer;
  const auto key = signer.generate().value();
  write("private.pem", key.private_pem);
  ASSERT_TRUE(openssl("pkey -in private.pem -pubout -out public.pem"));
  // Enough signatures that r or s starts with a zero byte or a set top bit in some of them.
  for (int i = 0; i < 24; ++i) {
    const std::string message = "message " + std::to_string(i);
    const auto signature = signer.sign(key, message);
    ASSERT_TRUE(signature);
    ASSERT_EQ(signature.value().size(), 64U);
    write("message", message);
    write("signature", to_der(as_text(signature.value())));
    EXPECT_TRUE(openssl("dgst -sha256 -verify public.pem -signature signature message")) << message;
    write("message", message + "!");
    EXPECT_FALSE(openssl("dgst -sha256 -verify public.pem -signature signature message"));
  }
}

TEST_F(OpenSslProgram, makes_signatures_that_we_accept_and_keys_that_we_load) {
  const OpenSslSigner signer;
  ASSERT_TRUE(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private.pem"));
  const auto key = signer.load(read("private.pem"));
  ASSERT_TRUE(key) << key.error().detail;
  write("message", "from outside");
  for (int i = 0; i < 24; ++i) {
    ASSERT_TRUE(openssl("dgst -sha256 -sign private.pem -out signature message"));
    const auto raw = to_raw(read("signature"));
    EXPECT_TRUE(signer.verify(key.value().jwk, "from outside", as_bytes(raw)));
    EXPECT_FALSE(signer.verify(key.value().jwk, "from inside", as_bytes(raw)));
  }
}

TEST_F(OpenSslProgram, makes_other_keys_that_we_refuse) {
  const OpenSslSigner signer;
  for (const char* arguments :
       {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem", "genpkey -algorithm ED25519 -out key.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:x -out key.pem"}) {
    ASSERT_TRUE(openssl(arguments)) << arguments;
    EXPECT_EQ(signer.load(read("key.pem")).error().code, Errc::kInvalidRequest) << arguments;
  }
  EXPECT_FALSE(signer.load(""));
  EXPECT_FALSE(signer.load("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
}

TEST(Signer, verifies_the_published_signature) {
  const auto signature = from_base64url(kRfcSignature).value();
  EXPECT_TRUE(OpenSslSigner{}.verify(kRfcKey, kRfcMessage, signature));
}

TEST(Signer, names_a_key_by_its_thumbprint) {
  EXPECT_EQ(key_thumbprint(kRfcKey.x, kRfcKey.y), "oKIywvGUpTVTyxMQ");
  const auto key = OpenSslSigner{}.generate().value();
  EXPECT_EQ(key.jwk.kid, key_thumbprint(key.jwk.x, key.jwk.y));
  const auto loaded = OpenSslSigner{}.load(key.private_pem).value();
  EXPECT_EQ(loaded.jwk.kid, key.jwk.kid);
  EXPECT_EQ(loaded.private_pem, key.private_pem);
}

TEST(Signer, refuses_malformed_signatures_and_keys) {
  const OpenSslSigner signer;
  const auto good = from_base64url(kRfcSignature).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes broken = good;
    broken[i] ^= std::byte{0x10};
    EXPECT_FALSE(signer.verify(kRfcKey, kRfcMessage, broken)) << i;
    EXPECT_FALSE(signer.verify(kRfcKey, kRfcMessage, std::span{good}.first(i))) << i;
  }
  EXPECT_FALSE(signer.verify(kRfcKey, kRfcMessage, Bytes(64))) << "r = s = 0";
  EXPECT_FALSE(signer.verify(kRfcKey, kRfcMessage, Bytes(64, std::byte{0xff}))) << "above the order";
  EXPECT_FALSE(signer.verify(kRfcKey, kRfcMessage, as_bytes(to_der(as_text(good))))) << "DER";
  EXPECT_FALSE(signer.verify({"", kRfcKey.y, kRfcKey.x}, kRfcMessage, good)) << "off the curve";
  EXPECT_FALSE(signer.verify({"", kRfcKey.x, ""}, kRfcMessage, good));
  EXPECT_FALSE(signer.verify({"", "f83O", "x_FE"}, kRfcMessage, good));
  EXPECT_FALSE(signer.verify({"", "!", "!"}, kRfcMessage, good));
}

}  // namespace
}  // namespace kassa::platform
