#include "services/base/api_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "services/base/hash.hpp"
#include "services/base/text.hpp"

namespace kassa {
namespace {

struct Prefix {
  std::string_view text;
  KeyKind kind;
  KeyMode mode;
};

constexpr std::array kPrefixes{
    Prefix{"pk_live_", KeyKind::kPublishable, KeyMode::kLive},
    Prefix{"pk_test_", KeyKind::kPublishable, KeyMode::kTest},
    Prefix{"sk_live_", KeyKind::kSecret, KeyMode::kLive},
    Prefix{"sk_test_", KeyKind::kSecret, KeyMode::kTest},
};
constexpr std::size_t kPrefixChars = 8;
constexpr std::size_t kIdChars = 8;
constexpr std::size_t kSecretChars = 52;
constexpr std::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

NewApiKey make_api_key(KeyKind kind, KeyMode mode, Random& random) {
  std::array<std::byte, 5> id{};
  std::array<std::byte, 32> secret{};
  random.fill(id);
  random.fill(secret);
  const auto* prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                    [&](const Prefix& p) { return p.kind == kind && p.mode == mode; });
  NewApiKey key;
  key.key_id = to_base32(id);
  key.text = std::string(prefix->text) + key.key_id + to_base32(secret);
  key.hash = sha256_hex(key.text);
  return key;
}

std::optional<ParsedApiKey> parse_api_key(std::string_view text) {
  if (text.size() != kPrefixChars + kIdChars + kSecretChars) return std::nullopt;
  const auto* prefix =
      std::find_if(kPrefixes.begin(), kPrefixes.end(), [&](const Prefix& p) { return text.starts_with(p.text); });
  if (prefix == kPrefixes.end()) return std::nullopt;
  if (text.find_first_not_of(kBase32, kPrefixChars) != std::string_view::npos) return std::nullopt;
  return ParsedApiKey{prefix->kind, prefix->mode, std::string(text.substr(kPrefixChars, kIdChars)), sha256_hex(text)};
}

}  // namespace kassa
