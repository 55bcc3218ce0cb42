#include "services/protocol/text/phrases.hpp"

namespace kassa::protocol {

std::string_view text_of(Phrase phrase, Language language) noexcept {
  const auto row = static_cast<std::size_t>(phrase);
  switch (language) {
    case Language::kEnglish: return kEnglish[row].text;
    case Language::kGerman: return kGerman[row].text;
    case Language::kSpanish: return kSpanish[row].text;
    case Language::kHindi: return kHindi[row].text;
    case Language::kArabic: return kArabic[row].text;
  }
  return kEnglish[row].text;
}

}  // namespace kassa::protocol
