#pragma once
// Countries and their parts as standards name them: ISO 3166-1 alpha-2 and ISO 3166-2, both of 2023. Tables of facts in
// the program; pure, any thread. Prices depend on them, so a spelling that is not known must never pass as "elsewhere".

#include <string>
#include <string_view>

namespace kassa {

/// Two capital letters of ISO 3166-1. "UK", "XX" and "NLD" are none.
[[nodiscard]] bool is_country(std::string_view code) noexcept;

/// A region in the form in which regions are compared: "US-ME", "me" and, in AU, CA, IN and US, "Maine" are "ME".
/// What is not known is only put in capitals.
[[nodiscard]] std::string region_code(std::string_view country, std::string_view region);

/// A code of ISO 3166-2 in this country, as region_code() writes it.
[[nodiscard]] bool is_region(std::string_view country, std::string_view code) noexcept;

}  // namespace kassa
