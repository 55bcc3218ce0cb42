#include "services/catalog/cell.hpp"

#include <algorithm>
#include <charconv>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> read_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return number < min || number > max ? std::nullopt : std::optional{number};
}

}  // namespace

std::optional<std::int64_t> read_price(std::string_view text, Currency currency) {
  text = trim(text);
  const auto point = text.find('.');
  if (point != std::string_view::npos) {
    const auto digits = static_cast<std::size_t>(currency.exponent());
    while (text.size() - point - 1 > digits && text.ends_with('0')) text.remove_suffix(1);
    if (digits == 0 && text.size() == point + 1 && point > 0) text.remove_suffix(1);
  }
  const auto money = parse_decimal(text, currency);
  if (!money || money.value().minor > limits::kUnitPriceMinorMax) return std::nullopt;
  return money.value().minor;
}

std::optional<std::int64_t> price_member(ObjectReader& reader, std::string_view key, Currency currency) {
  const auto text = reader.text(key, limits::kTextBytesMax);
  if (!text) return std::nullopt;
  const auto amount = read_price(*text, currency);
  if (!amount) {
    reader.fault(key, "not_a_price", "This must be an amount as text in " + std::string(currency.code()) + ".",
                 "For instance \"12.50\".");
  }
  return amount;
}

std::optional<std::int64_t> read_count(std::string_view text) {
  return read_integer(trim(text), -kOnHandMax, kOnHandMax);
}

std::optional<std::int64_t> read_grams(std::string_view text) {
  text = trim(text);
  const auto point = text.find('.');
  const auto fraction = point == std::string_view::npos ? std::string_view{"0"} : text.substr(point + 1);
  if (fraction.empty() || !std::ranges::all_of(fraction, is_decimal)) return std::nullopt;
  const auto whole = read_integer(text.substr(0, point), 0, kGramsMax);
  if (!whole) return std::nullopt;
  return *whole + (fraction.front() >= '5' ? 1 : 0);
}

std::optional<bool> read_flag(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::string_view without_guard(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'') return text;
  const auto rest = text.substr(1);
  const bool formula = std::string_view{"=+-@"}.find(rest.front()) != std::string_view::npos;
  return formula || std::ranges::all_of(rest, is_decimal) ? rest : text;
}

bool is_id_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

std::string with_scheme(std::string_view url) {
  return url.starts_with("//") ? "https:" + std::string(url) : std::string(url);
}

}  // namespace kassa::catalog
