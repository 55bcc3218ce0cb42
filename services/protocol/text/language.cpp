#include "services/protocol/text/language.hpp"

#include <algorithm>

namespace kassa::protocol {
namespace {

struct LanguageRow {
  std::string_view tag;
  bool right_to_left;
};

/// In the order of Language.
constexpr std::array<LanguageRow, kLanguages.size()> kLanguageRows{
    {{"en", false}, {"de", false}, {"es", false}, {"hi", false}, {"ar", true}}};

constexpr int kFullWeight = 1000;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view cut(std::string_view& text, char at) noexcept {
  const auto end = std::min(text.find(at), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// "q=0.8" in thousandths; no parameter means 1; nullopt: malformed.
std::optional<int> weight_from(std::string_view parameter) noexcept {
  if (parameter.empty()) return kFullWeight;
  if (parameter.size() < 3 || lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
  parameter.remove_prefix(2);
  if (parameter[0] != '0' && parameter[0] != '1') return std::nullopt;
  int weight = (parameter[0] - '0') * kFullWeight;
  if (parameter.size() == 1) return weight;
  if (parameter[1] != '.' || parameter.size() > 5) return std::nullopt;
  int unit = kFullWeight / 10;
  for (const char digit : parameter.substr(2)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return weight <= kFullWeight ? std::optional(weight) : std::nullopt;
}

}  // namespace

std::string_view tag_of(Language language) noexcept { return kLanguageRows[static_cast<std::size_t>(language)].tag; }

bool is_right_to_left(Language language) noexcept {
  return kLanguageRows[static_cast<std::size_t>(language)].right_to_left;
}

std::optional<Language> language_from(std::string_view tag) noexcept {
  const std::string_view primary = tag.substr(0, std::min(tag.find_first_of("-_"), tag.size()));
  for (const Language language : kLanguages) {
    if (std::ranges::equal(primary, tag_of(language), {}, lower)) return language;
  }
  return std::nullopt;
}

std::optional<Language> accepted_language(std::string_view header) noexcept {
  std::optional<Language> best;
  int best_weight = 0;
  while (!header.empty()) {
    std::string_view part = cut(header, ',');
    const std::string_view tag = trimmed(cut(part, ';'));
    const auto weight = weight_from(trimmed(part));
    if (!weight || *weight <= best_weight) continue;
    const auto language = language_from(tag);
    if (!language) continue;
    best = language;
    best_weight = *weight;
  }
  return best;
}

}  // namespace kassa::protocol
