#include "services/protocol/pages/mail_message.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "services/base/hash.hpp"
#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kWordBytes = 42;  // In base64 and its frame less than the 75 characters of an encoded word.
constexpr std::size_t kLineCharacters = 76;
constexpr std::size_t kBoundaryDigits = 24;

bool goes_as_it_is(char c) noexcept { return c >= 0x20 && c <= 0x7e; }

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

/// The longest beginning of at most kWordBytes that ends between two characters.
std::string_view next_word(std::string_view text) noexcept {
  if (text.size() <= kWordBytes) return text;
  std::size_t end = kWordBytes;
  while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view text) {
  out.append("--").append(boundary).append("\r\n");
  append_header(out, "Content-Type", std::string(type) + "; charset=utf-8");
  append_header(out, "Content-Transfer-Encoding", "base64");
  out += "\r\n";
  const std::string encoded = to_base64(as_bytes(text));
  for (std::size_t at = 0; at < encoded.size(); at += kLineCharacters) {
    out.append(encoded, at, kLineCharacters).append("\r\n");
  }
}

}  // namespace

std::string header_text(std::string_view text) {
  const std::string line = one_line(text);
  const bool plain = std::ranges::all_of(line, goes_as_it_is) && line.find("=?") == std::string::npos;
  if (plain) return line;
  std::string out;
  std::string_view rest = line;
  while (!rest.empty()) {
    const std::string_view word = next_word(rest);
    rest.remove_prefix(word.size());
    if (!out.empty()) out += "\r\n ";
    out.append("=?UTF-8?B?").append(to_base64(as_bytes(word))).append("?=");
  }
  return out;
}

std::string mail_date(Instant at) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 48> out{};
  const int written = std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                                    kDays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                                    kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                    static_cast<int>(time.seconds().count()));
  return {out.data(), static_cast<std::size_t>(written)};
}

std::string mail_message(const Letter& letter, std::string_view from, const EventId& event, Instant at) {
  // Not in the text: base64 has none of it.
  const std::string boundary = "=_" + sha256_hex(event.value).substr(0, kBoundaryDigits);
  std::string shop = one_line(letter.shop);
  std::erase_if(shop, [](char c) { return std::string_view("\"\\<>@,;:()[]").find(c) != std::string_view::npos; });
  std::string out;
  append_header(out, "From", header_text(shop) + " <" + std::string(from) + ">");
  append_header(out, "To", "<" + one_line(letter.to) + ">");
  append_header(out, "Subject", header_text(letter.subject));
  append_header(out, "Date", mail_date(at));
  append_header(out, "Message-ID", "<" + event.value + "@" + std::string(from.substr(from.rfind('@') + 1)) + ">");
  append_header(out, "Auto-Submitted", "auto-generated");
  append_header(out, "Content-Language", tag_of(letter.language));
  append_header(out, "MIME-Version", "1.0");
  append_header(out, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
  out += "\r\n";
  append_part(out, boundary, "text/plain", letter.text);
  append_part(out, boundary, "text/html", letter.html);
  return out.append("--").append(boundary).append("--\r\n");
}

}  // namespace kassa::protocol
