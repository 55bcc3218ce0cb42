#pragma once
// A letter as mail programs read it: RFC 5322 with plain text and HTML, all of it in ASCII. Pure: the same letter gives
// the same bytes, so that a second sending has the same Message-ID.

#include <string>
#include <string_view>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/protocol/pages/confirmation.hpp"

namespace kassa::protocol {

/// `from`: the deployment's address; the shop's name stands before it. Line breaks in what becomes a header are spaces.
[[nodiscard]] std::string mail_message(const Letter& letter, std::string_view from, const EventId& event, Instant at);

/// RFC 2047: as it is when it is plain ASCII, else words of base64, folded.
[[nodiscard]] std::string header_text(std::string_view text);

/// "Mon, 23 Nov 2026 23:42:48 +0000"
[[nodiscard]] std::string mail_date(Instant at);

}  // namespace kassa::protocol
