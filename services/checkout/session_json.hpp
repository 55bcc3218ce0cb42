#pragma once
// Sessions as text, for the journal and for a cache on another machine. Answers are kept in rows of their own and are
// not part of it; neither is the quote, except for a session that is being or has been completed (see freeze.hpp).

#include <string>
#include <string_view>

#include "services/base/json.hpp"
#include "services/base/json_writer.hpp"
#include "services/checkout/session.hpp"

namespace kassa::checkout {

void write(JsonWriter& out, const Session& session);
/// What write() of this or an older version wrote; anything else throws InvariantBroken.
[[nodiscard]] Session decode_session(const json::value& value);

// Shared with the frozen quote.
void write(JsonWriter& out, const Message& message);
[[nodiscard]] Message message_from_json(const json::object& object);
void write(JsonWriter& out, const Destination& destination);
[[nodiscard]] Destination destination_from_json(const json::object& object);

}  // namespace kassa::checkout
