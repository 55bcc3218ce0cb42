#include "services/protocol/pages/wording.hpp"

#include <algorithm>
#include <array>

namespace kassa::protocol {
namespace {

struct ComponentRow {
  std::string_view kind;
  Phrase phrase;
};

constexpr auto kComponentRows = std::to_array<ComponentRow>({
    {"subtotal", Phrase::kSubtotal},
    {"items_discount", Phrase::kDiscount},
    {"discount", Phrase::kDiscount},
    {"fulfillment", Phrase::kShipping},
    {"fee", Phrase::kFee},
    {"tax", Phrase::kTax},
});

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string say(Phrase phrase, Language language, std::initializer_list<Parameter> parameters) {
  return fill_in(text_of(phrase, language), std::span(parameters.begin(), parameters.size()));
}

Phrase phrase_of_component(std::string_view kind) noexcept {
  const auto* const row = std::ranges::find(kComponentRows, kind, &ComponentRow::kind);
  return row == kComponentRows.end() ? Phrase::kFee : row->phrase;
}

std::string counted(std::int64_t quantity, std::string_view title) {
  return (std::to_string(quantity) + " \u00d7 ").append(title);
}

std::string masked_email(std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || at == 0) return {};
  std::size_t first = 1;
  while (first < at && continues_character(email[first])) ++first;
  return std::string(email.substr(0, first)).append("\u2026").append(email.substr(at));
}

}  // namespace kassa::protocol
