#pragma once
// How a person is found by telephone number without the number being stored: as by e-mail, a keyed hash of its normal
// form, per store.

#include <string_view>

#include "services/base/id.hpp"
#include "services/base/text.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::ports {

/// What person.phone_hash holds; `normal`: of normal_phone().
[[nodiscard]] Bytes phone_hash(const SecretBox& box, const StoreId& store, std::string_view normal);

}  // namespace kassa::ports
