#pragma once
// What a page or a letter says, before it is HTML or plain text: both are made from the same document, so that they
// never say different things. Pure.

#include <string>
#include <vector>

#include "services/protocol/text/language.hpp"

namespace kassa::protocol {

struct DocumentRow {
  std::string label;
  std::string value;
  std::string detail{};  ///< Smaller, below the label.
};

struct DocumentLink {
  std::string label;
  std::string url;  ///< https or http; any other is left out.
};

struct DocumentSection {
  std::string heading{};
  std::vector<std::string> paragraphs{};
  std::vector<DocumentRow> rows{};
  std::vector<DocumentLink> links{};
};

struct Document {
  Language language{Language::kEnglish};
  std::string title;
  std::vector<DocumentSection> sections;
  int reload_seconds{};  ///< The page asks for itself again after so long; 0: never.
};

/// A whole HTML page that needs no script, no other file and no inline style but its own sheet (page_style()).
[[nodiscard]] std::string to_html(const Document& document);
/// For mail programs that show no HTML: lines, at most one empty line in a row.
[[nodiscard]] std::string to_plain_text(const Document& document);

/// The style sheet of every page, as it stands between its tags: a Content-Security-Policy names its hash.
[[nodiscard]] std::string_view page_style() noexcept;

}  // namespace kassa::protocol
