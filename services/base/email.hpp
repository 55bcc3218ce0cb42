#pragma once
// E-mail addresses as names of people. Two spellings of one address must be one customer and one person to erase, so
// there is one normal form: the local part by Unicode case folding, the domain as its ASCII form of IDNA. Pure, any
// thread; an address in plain ASCII, which nearly all are, never reaches the Unicode tables.

#include <string>
#include <string_view>

namespace kassa {

/// Has the shape of an address that mail can be sent to: one local part, a domain of labels, at most 254 bytes.
[[nodiscard]] bool is_email(std::string_view text);

/// Without spaces at its ends, folded. What is no address is only put in lower case.
[[nodiscard]] std::string normal_email(std::string_view text);

}  // namespace kassa
