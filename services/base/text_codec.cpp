#include <sodium.h>

#include "services/base/ensure.hpp"
#include "services/base/text.hpp"

namespace kassa {
namespace {

// libsodium's codecs run in constant time, so that secrets may pass through them.

const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string encode_base64(std::span<const std::byte> bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), raw(bytes), bytes.size(), variant);
  text.pop_back();  // The terminating NUL that libsodium counts.
  return text;
}

std::optional<Bytes> decode_base64(std::string_view text, int variant) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
  const int failed = sodium_base642bin(out, bytes.size(), text.data(), text.size(), nullptr, &size, &end, variant);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::span<const std::byte> as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), raw(bytes), bytes.size());
  text.pop_back();
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  if (text.empty()) return Bytes{};  // libsodium takes no null pointer.
  Bytes bytes(text.size() / 2);
  std::size_t size = 0;
  const char* end = nullptr;
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
  const int failed = sodium_hex2bin(out, bytes.size(), text.data(), text.size(), nullptr, &size, &end);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  ensure(size == bytes.size(), "two hex digits for each byte");
  return bytes;
}

std::string to_base64(std::span<const std::byte> bytes) { return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL); }

std::optional<Bytes> from_base64(std::string_view text) { return decode_base64(text, sodium_base64_VARIANT_ORIGINAL); }

std::string to_base64url(std::span<const std::byte> bytes) {
  return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base32(std::span<const std::byte> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  unsigned bits = 0;
  unsigned count = 0;
  for (const std::byte b : bytes) {
    bits = ((bits << 8) | std::to_integer<unsigned>(b)) & 0xfffU;  // At most 4 old bits and 8 new ones.
    for (count += 8; count >= 5; count -= 5) text.push_back(kDigits[(bits >> (count - 5)) & 31U]);
  }
  if (count > 0) text.push_back(kDigits[(bits << (5 - count)) & 31U]);
  return text;
}

}  // namespace kassa
