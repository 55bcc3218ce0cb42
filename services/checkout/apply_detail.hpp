#pragma once
// The part of apply() for what few checkouts have: properties of lines, notes, a gift message, the buyer's own order
// number. Private to apply_patch.cpp.

#include <span>

#include "services/checkout/patch.hpp"

namespace kassa::checkout {

[[nodiscard]] Result<void> set_properties(std::span<const LineProperty> wanted, const std::string& path, Line& line);

/// Lines keep their properties over many requests, so that their sum needs a bound of its own.
[[nodiscard]] Result<void> check_property_bytes(const Session& session);

[[nodiscard]] bool has_detail(const Patch& patch) noexcept;
[[nodiscard]] Result<void> apply_detail(const Patch& patch, Session& session);

}  // namespace kassa::checkout
