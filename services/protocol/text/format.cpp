#include "services/protocol/text/format.hpp"

#include <unicode/datefmt.h>
#include <unicode/numberformatter.h>

#include <memory>

#include "services/base/ensure.hpp"

namespace kassa::protocol {
namespace {

icu::Locale locale_of(Language language) { return icu::Locale(std::string(tag_of(language)).c_str()); }

/// "-12.34", "1200": what ICU reads without rounding.
std::string decimal_of(Money amount) {
  std::string text = to_text(amount);
  return text.substr(0, text.find(' '));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  return text.toUTF8String(out);
}

}  // namespace

std::string money_text(Money amount, Language language) {
  UErrorCode status = U_ZERO_ERROR;
  const std::string code(amount.currency.code());
  const icu::CurrencyUnit unit(icu::StringPiece(code.data(), static_cast<int32_t>(code.size())), status);
  const std::string decimal = decimal_of(amount);
  const auto formatter = icu::number::NumberFormatter::withLocale(locale_of(language))
                             .unit(unit)
                             .precision(icu::number::Precision::fixedFraction(amount.currency.exponent()));
  const auto number =
      formatter.formatDecimal(icu::StringPiece(decimal.data(), static_cast<int32_t>(decimal.size())), status);
  const icu::UnicodeString text = number.toString(status);
  ensure(U_SUCCESS(status), "ICU cannot write an amount of money");
  return utf8(text);
}

std::string day_text(Instant at, Language language, const std::string& zone) {
  const std::unique_ptr<icu::DateFormat> format(
      icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale_of(language)));
  ensure(format != nullptr, "ICU has no dates of this language");
  std::unique_ptr<icu::TimeZone> place(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone)));
  if (*place == icu::TimeZone::getUnknown()) place.reset(icu::TimeZone::createTimeZone("UTC"));
  format->adoptTimeZone(place.release());
  icu::UnicodeString text;
  format->format(static_cast<UDate>(at.time_since_epoch().count()), text);
  return utf8(text);
}

}  // namespace kassa::protocol
