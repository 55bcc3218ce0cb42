#pragma once
// API keys: "<pk|sk>_<live|test>_" + 8 characters of id + 52 characters (base32) of 32 random bytes. The text
// is shown to the merchant once; what is stored is the id and the SHA-256 of the whole text (enough for a
// 256-bit secret).

#include <optional>
#include <string>
#include <string_view>

#include "services/base/random.hpp"

namespace kassa {

enum class KeyKind : unsigned char { kPublishable, kSecret };
enum class KeyMode : unsigned char { kLive, kTest };

struct NewApiKey {
  std::string text;    ///< The whole key; never stored, never logged.
  std::string key_id;  ///< The 8 characters, for look-up and logs.
  std::string hash;    ///< SHA-256 of `text`, lower-case hex.
};

struct ParsedApiKey {
  KeyKind kind{};
  KeyMode mode{};
  std::string key_id;
  std::string hash;  ///< Compare with the stored one by equal_secrets().
};

[[nodiscard]] NewApiKey make_api_key(KeyKind kind, KeyMode mode, Random& random);

/// nullopt for anything that make_api_key() cannot have made. Says nothing about whether the key exists.
[[nodiscard]] std::optional<ParsedApiKey> parse_api_key(std::string_view text);

}  // namespace kassa
