#pragma once
// Reading the JSON that rows of products and variants keep beside their columns (`body`). What is missing or of another
// kind reads as empty: it was checked when it was written. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "services/base/json.hpp"

namespace kassa::catalog {

[[nodiscard]] json::object body_in(std::string_view column);
[[nodiscard]] std::string text_in(const json::object& body, std::string_view key);
/// The texts of an array.
[[nodiscard]] std::vector<std::string> texts_in(const json::object& body, std::string_view key);

}  // namespace kassa::catalog
