#include "services/platform/obs/redaction.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

constexpr std::array<std::string_view, 10> kSecretFields{"authorization", "client_secret", "cookie", "email",
                                                         "password",      "phone",         "secret", "signature",
                                                         "token",         "x-api-key"};

/// A marker at the start of a word, followed by at least `least` characters of a secret.
struct Marker {
  std::string_view text;
  std::size_t least;
  std::string_view reason;
};
constexpr std::array<Marker, 8> kMarkers{{{"sk_", 8, "key"},
                                          {"pk_", 8, "key"},
                                          {"rk_", 8, "key"},
                                          {"whsec_", 8, "key"},
                                          {"bearer ", 8, "token"},
                                          {"basic ", 16, "token"},
                                          {"eyj", 16, "token"},  // A JWT: base64 of '{"'.
                                          {"-----begin ", 0, "pem"}}};

bool is_alnum(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_secret_char(char c) noexcept {
  return is_alnum(c) || std::string_view{"_-.+/=~"}.find(c) != std::string_view::npos;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool marker_at(const Marker& marker, std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < marker.text.size() + marker.least) return false;
  for (std::size_t i = 0; i < marker.text.size(); ++i) {
    if (lower(text[at + i]) != marker.text[i]) return false;
  }
  const auto secret = text.substr(at + marker.text.size(), marker.least);
  return std::all_of(secret.begin(), secret.end(), is_secret_char);
}

std::string_view marked(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_alnum(text[at - 1])) continue;
    for (const auto& marker : kMarkers) {
      if (marker_at(marker, text, at)) return marker.reason;
    }
  }
  return {};
}

bool is_local_char(char c) noexcept {
  return is_alnum(c) || std::string_view{"._%+-'\""}.find(c) != std::string_view::npos;
}

/// Something, an at sign (plain or percent-encoded), and a domain with a dot in it.
bool contains_email(std::string_view text) noexcept {
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool plain = text[at] == '@';
    if (!plain && text.substr(at, 3) != "%40") continue;
    const auto before = static_cast<unsigned char>(text[at - 1]);
    if (!is_local_char(text[at - 1]) && before < 0x80) continue;
    const auto rest = text.substr(at + (plain ? 1U : 3U));
    const auto domain =
        rest.substr(0, static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(),
                                                             [](char c) {
                                                               return !is_alnum(c) && c != '.' && c != '-' &&
                                                                      static_cast<unsigned char>(c) < 0x80;
                                                             }) -
                                                rest.begin()));
    const auto dot = domain.find('.', 1);
    if (dot != std::string_view::npos && dot + 1 < domain.size()) return true;
  }
  return false;
}

}  // namespace

std::string_view redaction_reason(std::string_view name, std::string_view value) noexcept {
  for (const auto field : kSecretFields) {
    if (equals_ignoring_case(name, field)) return "field";
  }
  if (const auto reason = marked(value); !reason.empty()) return reason;
  if (contains_email(value)) return "email";
  if (contains_card_number(value)) return "card";
  return {};
}

}  // namespace kassa::platform
