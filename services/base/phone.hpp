#pragma once
// Telephone numbers as names of people. Two spellings of one number must find the same person, so there is one normal
// form: the digits with the calling code of the country in front. Without "+" or "00" the code is that of the country
// where the number was given; where nobody knows that, the digits stay alone. Pure, any thread.

#include <string>
#include <string_view>

namespace kassa {

/// "+49 (0)171 123-45", "0049 17112345" and, in DE, "0171/12345" are "4917112345". `country`: ISO 3166-1, empty or
/// unknown: not known. What comes behind a letter (an extension) does not count. Empty: this is no number.
[[nodiscard]] std::string normal_phone(std::string_view text, std::string_view country);

}  // namespace kassa
