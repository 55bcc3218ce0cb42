#pragma once
// Sessions as text, for the journal and for a cache on another machine. Answers are kept in rows of their own and are
// not part of it; neither is the quote, except for a session that is being or has been completed (see freeze.hpp).

#include <string>
#include <string_view>

#include "services/base/json.hpp"
#include "services/checkout/session.hpp"

namespace kassa::checkout {

[[nodiscard]] std::string encode(const Session& session);
/// What this process or an older version of it wrote; anything else throws InvariantBroken.
[[nodiscard]] Session decode_session(const json::value& value);

// Shared with the frozen quote.
[[nodiscard]] json::value to_json(const Message& message);
[[nodiscard]] Message message_from_json(const json::object& object);
[[nodiscard]] json::value to_json(const Destination& destination);
[[nodiscard]] Destination destination_from_json(const json::object& object);

}  // namespace kassa::checkout
