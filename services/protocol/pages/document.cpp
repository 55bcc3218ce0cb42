#include "services/protocol/pages/document.hpp"

#include <initializer_list>

#include "services/protocol/web_address.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{width:100%;border-collapse:collapse}"
    "td{padding:.4rem 0;border-bottom:1px solid #ddd;vertical-align:top}td+td{text-align:end;white-space:nowrap}"
    "small{display:block;color:#555}";

/// Text between tags or inside a quoted attribute. Bytes that no text has become spaces.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_escaped(out, text);
  out.append("</").append(name).append(">\n");
}

void append_rows(std::string& out, const std::vector<DocumentRow>& rows) {
  if (rows.empty()) return;
  out += "<table>\n";
  for (const DocumentRow& row : rows) {
    out += "<tr><td>";
    append_escaped(out, row.label);
    if (!row.detail.empty()) append_element(out, "small", row.detail);
    out += "</td><td>";
    append_escaped(out, row.value);
    out += "</td></tr>\n";
  }
  out += "</table>\n";
}

void append_link(std::string& out, const DocumentLink& link) {
  if (!is_web_address(link.url)) return;
  out += "<p><a href=\"";
  append_escaped(out, link.url);
  out += "\">";
  append_escaped(out, link.label);
  out += "</a></p>\n";
}

void append_line(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out += part;
  out += '\n';
}

}  // namespace

std::string_view page_style() noexcept { return kStyle; }

std::string to_html(const Document& document) {
  std::string out = "<!doctype html>\n<html lang=\"";
  out.append(tag_of(document.language)).append("\" dir=\"");
  out.append(is_right_to_left(document.language) ? "rtl" : "ltr").append("\">\n<head>\n<meta charset=\"utf-8\">\n");
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (document.reload_seconds > 0) {
    out.append("<meta http-equiv=\"refresh\" content=\"")
        .append(std::to_string(document.reload_seconds))
        .append("\">\n");
  }
  append_element(out, "title", document.title);
  out.append("<style>").append(kStyle).append("</style>\n</head>\n<body>\n");
  append_element(out, "h1", document.title);
  for (const DocumentSection& section : document.sections) {
    if (!section.heading.empty()) append_element(out, "h2", section.heading);
    for (const std::string& paragraph : section.paragraphs) append_element(out, "p", paragraph);
    append_rows(out, section.rows);
    for (const DocumentLink& link : section.links) append_link(out, link);
  }
  out += "</body>\n</html>\n";
  return out;
}

std::string to_plain_text(const Document& document) {
  std::string out;
  append_line(out, {document.title});
  for (const DocumentSection& section : document.sections) {
    out += '\n';
    if (!section.heading.empty()) append_line(out, {section.heading});
    for (const std::string& paragraph : section.paragraphs) append_line(out, {paragraph});
    for (const DocumentRow& row : section.rows) {
      append_line(out, {row.label, ": ", row.value});
      if (!row.detail.empty()) append_line(out, {"  ", row.detail});
    }
    for (const DocumentLink& link : section.links) {
      if (is_web_address(link.url)) append_line(out, {link.label, ": ", link.url});
    }
  }
  return out;
}

}  // namespace kassa::protocol
