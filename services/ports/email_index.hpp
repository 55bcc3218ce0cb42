#pragma once
// How a person is found by e-mail without the address being stored: a keyed hash of its normal form, per store. One
// place, because what writes it and what looks for it must agree to the last letter.

#include <string>
#include <string_view>

#include "services/base/id.hpp"
#include "services/base/text.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::ports {

/// Without spaces at its ends, ASCII letters in lower case.
[[nodiscard]] std::string normal_email(std::string_view email);

/// What person.email_hash holds.
[[nodiscard]] Bytes email_hash(const SecretBox& box, const StoreId& store, std::string_view email);

}  // namespace kassa::ports
