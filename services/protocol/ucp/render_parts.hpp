#pragma once
// The parts of a checkout answer. Private to render*.cpp: each writes its members into an object that the
// caller has begun.

#include <string_view>
#include <vector>

#include "services/base/json_writer.hpp"
#include "services/checkout/answers.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/text/language.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

/// All members of a checkout or a cart but `ucp`.
void write_members(JsonWriter& json, const Rendering& rendering, const checkout::View& view, const Links& links);

/// `with_detail`: what only the first-party API shows of a line, too.
void write_line_items(JsonWriter& json, const checkout::Quote& quote, bool with_detail);
/// Notes and the like; nothing of what was not said.
void write_detail(JsonWriter& json, const checkout::Session& session);
/// Of one line that has it.
void write_line_detail(JsonWriter& json, const checkout::LineDetail& detail);
void write_totals(JsonWriter& json, const checkout::Quote& quote);
void write_fulfillment(JsonWriter& json, const checkout::Quote& quote);
/// Nothing when the caller never used discounts and none applies.
void write_discounts(JsonWriter& json, const checkout::Session& session, const checkout::Quote& quote);

/// What the buyer's context asks for; English where Kassa does not speak that.
[[nodiscard]] Language language_of(const checkout::View& view) noexcept;
/// What the verdict adds to the messages of quote and session.
[[nodiscard]] std::vector<checkout::Message> verdict_messages(const checkout::View& view);
void write_messages(JsonWriter& json, const checkout::View& view);

/// The 4xx that a verdict is in the http_4xx posture; nullopt when it is told by the checkout itself.
[[nodiscard]] std::optional<checkout::Answer> verdict_refusal(const checkout::View& view);

}  // namespace kassa::protocol
