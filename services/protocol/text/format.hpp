#pragma once
// Money and days as people of a language write them, by ICU's tables (CLDR). For pages and letters only: an answer to a
// program says minor units and RFC 3339. Pure, any thread; tens of microseconds a call.

#include <string>

#include "services/base/clock.hpp"
#include "services/base/money.hpp"
#include "services/protocol/text/language.hpp"

namespace kassa::protocol {

/// "1.234,50 €", in UTF-8, exact: the digits never pass through floating point.
[[nodiscard]] std::string money_text(Money amount, Language language);

/// "24. November 2026": the day at that place. `zone`: of the IANA database; UTC when it is not in there.
[[nodiscard]] std::string day_text(Instant at, Language language, const std::string& zone);

}  // namespace kassa::protocol
