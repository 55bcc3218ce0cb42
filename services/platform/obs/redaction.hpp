#pragma once
// What must never reach a log line, recognised by its shape. The types already keep such values out; this is
// the net below them, at the sink. Pure functions.

#include <string_view>

namespace kassa::platform {

/// Why a field's value must not be written: "field" (the name says so), "card", "key", "token", "email",
/// "pem"; empty when it may be written.
[[nodiscard]] std::string_view redaction_reason(std::string_view name, std::string_view value) noexcept;

}  // namespace kassa::platform
