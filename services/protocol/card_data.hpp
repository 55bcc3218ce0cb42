#pragma once
// Finds card numbers in a request before anything of it is kept or logged. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "services/base/json.hpp"

namespace kassa::protocol {

/// JSON Pointer of the first text or number that holds a card number, or of a credential with a raw card in
/// it; nullopt when there is none. Members called id, *_id and *_ids are exempt: ids are checked by being
/// looked up. `text` is the document as received; it saves walking the tree of a harmless request.
[[nodiscard]] std::optional<std::string> find_card_data(const json::object& document, std::string_view text);

}  // namespace kassa::protocol
