#pragma once
// The words for a message's code, for people and agents to read, in the shopper's language. Pure.

#include <string>
#include <string_view>

#include "services/checkout/message.hpp"
#include "services/protocol/text/language.hpp"

namespace kassa::protocol {

/// One sentence without its full stop. A code that is not in the table reads as its own words.
[[nodiscard]] std::string message_text(const checkout::Message& message, Language language = Language::kEnglish);

inline constexpr std::string_view kInsufficientStock = "Insufficient stock";
inline constexpr std::string_view kItemNotFound = "Product not found or not for sale";
inline constexpr std::string_view kFulfillmentMissing = "Fulfillment address and option must be selected";

}  // namespace kassa::protocol
