#include "services/catalog/plain_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

constexpr auto kEntities = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", " "},
    {"ndash", "\xe2\x80\x93"},
    {"mdash", "\xe2\x80\x94"},
    {"rsquo", "\xe2\x80\x99"},
    {"lsquo", "\xe2\x80\x98"},
    {"ldquo", "\xe2\x80\x9c"},
    {"rdquo", "\xe2\x80\x9d"},
    {"hellip", "\xe2\x80\xa6"},
    {"eacute", "\xc3\xa9"},
});
constexpr std::size_t kEntityCharsMax = 10;

bool begins_tag(std::string_view rest) noexcept {
  if (rest.size() < 2 || rest[0] != '<') return false;
  const char next = rest[1] == '/' && rest.size() > 2 ? rest[2] : rest[1];
  return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '!';
}

bool is_named(std::string_view tag, std::string_view name) noexcept {
  return tag.size() > name.size() && equals_ignoring_case(tag.substr(1, name.size()), name);
}

/// How much of `rest`, which begins with a tag, a reader does not see.
std::size_t hidden_length(std::string_view rest) noexcept {
  if (rest.starts_with("<!--")) return std::min(rest.find("-->", 4), rest.size() - 3) + 3;
  std::size_t end = std::min(rest.find('>'), rest.size() - 1) + 1;
  for (const std::string_view name : {std::string_view("script"), std::string_view("style")}) {
    if (!is_named(rest, name)) continue;
    while (end < rest.size() && !(rest[end] == '<' && end + 1 < rest.size() && rest[end + 1] == '/')) ++end;
  }
  return end;
}

/// UTF-8 of a character's number; nothing for what is no character.
std::string character(unsigned number) {
  const auto tail = [number](unsigned shift) { return static_cast<char>(0x80U | ((number >> shift) & 0x3fU)); };
  const bool surrogate = number >= 0xd800 && number < 0xe000;
  if (number < 0x20 || surrogate || number > 0x10ffff) return " ";
  if (number < 0x80) return {static_cast<char>(number)};
  if (number < 0x800) return {static_cast<char>(0xc0U | (number >> 6)), tail(0)};
  if (number < 0x10000) return {static_cast<char>(0xe0U | (number >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0U | (number >> 18)), tail(12), tail(6), tail(0)};
}

std::optional<std::string> entity(std::string_view name) {
  if (name.starts_with("#")) {
    const bool hex = name.starts_with("#x") || name.starts_with("#X");
    const std::string_view digits = name.substr(hex ? 2 : 1);
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return character(number);
  }
  const auto known = std::ranges::find(kEntities, name, &std::pair<std::string_view, std::string_view>::first);
  return known == kEntities.end() ? std::nullopt : std::optional<std::string>(known->second);
}

std::string with_single_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

bool is_html(std::string_view text) noexcept {
  // Asked once: a text full of openings without an end would else be read to its end at each of them.
  const auto last = text.rfind('>');
  if (last == std::string_view::npos) return false;
  for (auto at = text.find('<'); at < last; at = text.find('<', at + 1)) {
    if (begins_tag(text.substr(at))) return true;
  }
  return false;
}

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80U) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string plain_text(std::string_view text) { return is_html(text) ? text_of_html(text) : std::string(text); }

std::string text_of_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (begins_tag(text)) {
      out += ' ';
      text.remove_prefix(hidden_length(text));
      continue;
    }
    const auto end = text.front() == '&' ? text.substr(0, kEntityCharsMax).find(';') : std::string_view::npos;
    const auto resolved = end == std::string_view::npos ? std::nullopt : entity(text.substr(1, end - 1));
    out.append(resolved ? *resolved : std::string(text.substr(0, 1)));
    text.remove_prefix(resolved ? end + 1 : 1);
  }
  return with_single_spaces(out);
}

}  // namespace kassa::catalog
