#pragma once
// The parts of a checkout answer. Private to render*.cpp: each writes its members into an object that the
// caller has begun.

#include <string_view>
#include <vector>

#include "services/base/json_writer.hpp"
#include "services/checkout/answers.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {

void write_line_items(JsonWriter& json, const checkout::Quote& quote);
void write_totals(JsonWriter& json, const checkout::Quote& quote);
void write_fulfillment(JsonWriter& json, const checkout::Quote& quote);
/// Nothing when the caller never used discounts and none applies.
void write_discounts(JsonWriter& json, const checkout::Session& session, const checkout::Quote& quote);

/// What the verdict adds to the messages of quote and session.
[[nodiscard]] std::vector<checkout::Message> verdict_messages(const checkout::View& view);
void write_messages(JsonWriter& json, const checkout::View& view);

/// The 4xx that a verdict is in the http_4xx posture; nullopt when it is told by the checkout itself.
[[nodiscard]] std::optional<checkout::Answer> verdict_refusal(const checkout::View& view);

}  // namespace kassa::protocol
