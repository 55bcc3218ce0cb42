#pragma once
// How a person is found by e-mail without the address being stored: a keyed hash of its normal form, per store. One
// place, because what writes it and what looks for it must agree to the last letter.

#include <string_view>

#include "services/base/email.hpp"
#include "services/base/id.hpp"
#include "services/base/text.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::ports {

/// What person.email_hash holds: of normal_email().
[[nodiscard]] Bytes email_hash(const SecretBox& box, const StoreId& store, std::string_view email);

}  // namespace kassa::ports
