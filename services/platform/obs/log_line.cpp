#include "services/platform/obs/log_line.hpp"

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_unicode_escape(std::string& line, unsigned code) {
  line += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) line += kHex[(code >> static_cast<unsigned>(shift)) & 0xFU];
}

void append_ascii(std::string& line, char c) {
  if (c == '"' || c == '\\') {
    line += '\\';
    line += c;
  } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
    append_unicode_escape(line, static_cast<unsigned char>(c));
  } else {
    line += c;
  }
}

/// Length of the sequence at `at` that a terminal or a log reader might obey, with its code point; 0 if
/// harmless.
std::size_t hidden_control(std::string_view text, std::size_t at, unsigned& code) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) {
    code = byte(1);
    return 2;
  }
  if (byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) {
    code = 0x2000U | (byte(2) & 0x3FU);
    return 3;
  }
  return 0;
}

}  // namespace

void append_log_text(std::string& line, std::string_view text) {
  const bool cut = text.size() > kLogValueBytesMax;
  if (cut) {
    text = text.substr(0, kLogValueBytesMax);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) text.remove_suffix(1);
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) text.remove_suffix(1);
  }
  const bool whole = is_utf8(text);
  line += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    unsigned code = 0;
    if (static_cast<unsigned char>(c) < 0x80) {
      append_ascii(line, c);
    } else if (!whole) {
      line += '?';
    } else if (const auto length = hidden_control(text, at, code); length > 0) {
      append_unicode_escape(line, code);
      at += length - 1;
    } else {
      line += c;
    }
  }
  if (cut) line += "...";
  line += '"';
}

void append_log_name(std::string& line, std::string_view name) {
  line += ',';
  if (name == "ts" || name == "level" || name == "event") {
    append_log_text(line, std::string(name) + '_');
  } else {
    append_log_text(line, name);
  }
  line += ':';
}

}  // namespace kassa::platform
