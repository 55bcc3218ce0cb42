#include "shipping/core/table.hpp"

#include "services/base/country.hpp"
#include "services/base/text.hpp"

namespace kassa::shipping {
namespace {

char capital(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// A place key never holds a slash of its own: what follows the country is a kind and the word.
std::string place(std::string_view country, std::string_view kind, std::string_view word) {
  std::string key(country);
  key.append(kind).append(word);
  return key;
}

}  // namespace

std::string normal_word(std::string_view text) {
  std::string out(trim(text));
  for (char& c : out) c = capital(c);
  return out;
}

std::string normal_postal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '-') out += capital(c);
  }
  return out;
}

std::string normal_region(std::string_view country, std::string_view region) { return region_code(country, region); }

std::string place_of_region(std::string_view country, std::string_view region) {
  return place(country, "/region/", region);
}

std::string place_of_prefix(std::string_view country, std::string_view prefix) {
  return place(country, "/postal/", prefix);
}

}  // namespace kassa::shipping
