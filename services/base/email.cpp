#include "services/base/email.hpp"

#include <idn2.h>
#include <unicase.h>
#include <uninorm.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "services/base/text.hpp"

namespace kassa {
namespace {

constexpr std::size_t kBytesMax = 254;
constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kLabelBytesMax = 63;

struct Freed {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_local_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && std::string_view{"()<>[],;:@\\\""}.find(c) == std::string_view::npos;
}

bool is_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > kLabelBytesMax || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_domain(std::string_view domain) noexcept {
  while (true) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

/// nullopt: no name of a host.
std::optional<std::string> ascii_domain(std::string_view domain) {
  if (is_ascii(domain)) return to_lower_ascii(domain);
  char* out = nullptr;
  const std::string text(domain);
  const int result = idn2_to_ascii_8z(text.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, Freed> owned(out);
  if (result != IDN2_OK || out == nullptr) return std::nullopt;
  return std::string(out);
}

std::string folded(std::string_view text) {
  if (is_ascii(text)) return to_lower_ascii(text);
  std::size_t length = 0;
  const std::string bytes(text);
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const std::unique_ptr<std::uint8_t, Freed> owned(
      u8_casefold(begin, bytes.size(), nullptr, UNINORM_NFKC, nullptr, &length));
  if (!owned) return to_lower_ascii(text);
  return std::string(as_text(std::as_bytes(std::span(owned.get(), length))));
}

struct Parts {
  std::string_view local;
  std::string domain;
};

std::optional<Parts> split(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > kLocalBytesMax || text.size() > kBytesMax) return std::nullopt;
  const std::string_view local = text.substr(0, at);
  if (!std::ranges::all_of(local, is_local_byte) || !is_utf8(text)) return std::nullopt;
  auto domain = ascii_domain(text.substr(at + 1));
  if (!domain || !is_domain(*domain)) return std::nullopt;
  return Parts{local, std::move(*domain)};
}

}  // namespace

bool is_email(std::string_view text) { return split(trim(text)).has_value(); }

std::string normal_email(std::string_view text) {
  const auto parts = split(trim(text));
  if (!parts) return to_lower_ascii(trim(text));
  return folded(parts->local) + "@" + parts->domain;
}

}  // namespace kassa
