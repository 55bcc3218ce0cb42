#pragma once
// A description that may be HTML, as the words that a reader sees. Pure; no sanitiser: HTML is handed on as the
// merchant wrote it, and whoever shows it must treat it as untrusted.

#include <string>
#include <string_view>

namespace kassa::catalog {

/// It has something that looks like a tag.
[[nodiscard]] bool is_html(std::string_view text) noexcept;

/// Without tags, scripts and styles, entities resolved, white space folded; plain text comes back as it is.
[[nodiscard]] std::string plain_text(std::string_view text);

/// The same of what is HTML, or the beginning of some.
[[nodiscard]] std::string text_of_html(std::string_view text);

/// At most so many bytes, none of them half a character.
[[nodiscard]] std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace kassa::catalog
