#pragma once
// What pages of checkouts and orders say alike. Pure.

#include <string>
#include <string_view>

#include "services/protocol/pages/document.hpp"
#include "services/protocol/text/fill.hpp"
#include "services/protocol/text/phrases.hpp"

namespace kassa::protocol {

[[nodiscard]] std::string say(Phrase phrase, Language language, std::initializer_list<Parameter> parameters = {});

/// For a component's kind: "subtotal", "items_discount", "discount", "fulfillment", "fee", "tax".
[[nodiscard]] Phrase phrase_of_component(std::string_view kind) noexcept;

/// "2 × Mug"
[[nodiscard]] std::string counted(std::int64_t quantity, std::string_view title);

/// "a…@shop.example": enough for its owner to know it again, and for nobody else to write to. Empty for what is none.
[[nodiscard]] std::string masked_email(std::string_view email);

}  // namespace kassa::protocol
