#include "services/platform/server/framing.hpp"

#include <array>

#include "services/base/limits.hpp"

namespace kassa::platform {
namespace {

constexpr bool is_token_byte(unsigned char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c < 0x80 && c != 0 && std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
}

constexpr bool is_target_byte(unsigned char c) noexcept { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; }

constexpr bool is_value_byte(unsigned char c) noexcept { return c == '\t' || (c >= 0x20 && c != 0x7f); }

constexpr bool is_host_byte(unsigned char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

using Table = std::array<bool, 256>;

template <class Predicate>
constexpr Table table_of(Predicate predicate) noexcept {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = predicate(static_cast<unsigned char>(i));
  return table;
}

constexpr Table kTokenBytes = table_of(is_token_byte);
constexpr Table kTargetBytes = table_of(is_target_byte);
constexpr Table kValueBytes = table_of(is_value_byte);
constexpr Table kHostBytes = table_of(is_host_byte);

bool all_in(const Table& table, std::string_view text) noexcept {
  bool in = true;
  for (const char c : text) in &= table[static_cast<unsigned char>(c)];
  return in;
}

std::string_view trimmed(std::string_view value) noexcept {
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

bool parse_length(std::string_view text, std::uint64_t& length) noexcept {
  if (text.empty() || text.size() > 15) return false;
  length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

bool list_has(std::string_view list, std::string_view lower) noexcept {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (equals_ignoring_case(trimmed(list.substr(0, end)), lower)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

struct Seen {
  int hosts{};
  int lengths{};
  int encodings{};
  bool close{};
  bool keep_alive{};
  bool strange_expectation{};
};

bool read_field(std::string_view name, std::string_view value, Seen& seen, Framing& framing) noexcept {
  // Told apart by length first: nearly every field of a real request stops here.
  if (name.size() == 4 && equals_ignoring_case(name, "host")) {
    return ++seen.hosts == 1 && !value.empty() && value.size() <= limits::kIdBytesMax && all_in(kHostBytes, value);
  }
  if (name.size() == 14 && equals_ignoring_case(name, "content-length")) {
    framing.body = Framing::Body::kLength;
    return ++seen.lengths == 1 && parse_length(value, framing.length);
  }
  if (name.size() == 17 && equals_ignoring_case(name, "transfer-encoding")) {
    framing.body = Framing::Body::kChunked;
    return ++seen.encodings == 1 && equals_ignoring_case(value, "chunked");
  }
  if (name.size() == 10 && equals_ignoring_case(name, "connection")) {
    seen.close |= list_has(value, "close");
    seen.keep_alive |= list_has(value, "keep-alive");
  } else if (name.size() == 6 && equals_ignoring_case(name, "expect")) {
    framing.expects_continue = equals_ignoring_case(value, "100-continue");
    seen.strange_expectation |= !framing.expects_continue;
  }
  return true;
}

/// Fields up to the empty line. False when a line is not exactly `token ":" OWS value OWS CRLF`.
bool read_fields(std::string_view rest, Seen& seen, Framing& framing, std::size_t& fields) noexcept {
  for (;;) {
    const auto end = rest.find('\r');
    if (end == std::string_view::npos || end + 1 >= rest.size() || rest[end + 1] != '\n') return false;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (line.empty()) return rest.empty();
    const auto colon = line.find(':');
    // A fold starts with a blank, which is no token byte.
    if (colon == std::string_view::npos || colon == 0 || !all_in(kTokenBytes, line.substr(0, colon))) return false;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!all_in(kValueBytes, value) || !read_field(line.substr(0, colon), value, seen, framing)) return false;
    ++fields;
  }
}

const Refusal* check_request_line(std::string_view line, Framing& framing) noexcept {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == 0 || target_end == method_end) return &refusals::kMalformed;
  const std::string_view version = line.substr(target_end + 1);
  framing.http_1_0 = version == "HTTP/1.0";
  if (!framing.http_1_0 && version != "HTTP/1.1") return &refusals::kMalformed;
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  if (target.size() > limits::kTargetBytesMax) return &refusals::kTargetTooLong;
  if (!all_in(kTokenBytes, line.substr(0, method_end)) || !target.starts_with('/')) return &refusals::kMalformed;
  return all_in(kTargetBytes, target) ? nullptr : &refusals::kMalformed;
}

}  // namespace

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
  }
  return true;
}

const Refusal* check_head(std::string_view head, Framing& framing) noexcept {
  framing = Framing{};
  const auto line_end = head.find('\r');
  if (line_end == std::string_view::npos || line_end + 1 >= head.size() || head[line_end + 1] != '\n') {
    return &refusals::kMalformed;
  }
  const std::string_view line = head.substr(0, line_end);
  if (const Refusal* refusal = check_request_line(line, framing)) return refusal;
  Seen seen;
  std::size_t fields = 0;
  if (!read_fields(head.substr(line_end + 2), seen, framing, fields)) return &refusals::kMalformed;
  if (fields > kHeaderFieldsMax) return &refusals::kHeadTooLong;
  if (seen.lengths + seen.encodings > 1) return &refusals::kMalformed;
  if (framing.http_1_0 ? seen.encodings != 0 : seen.hosts != 1) return &refusals::kMalformed;
  framing.expects_continue = framing.expects_continue && !framing.http_1_0;
  framing.keep_alive = !seen.close && (!framing.http_1_0 || seen.keep_alive);
  if (seen.strange_expectation && !framing.http_1_0) return &refusals::kExpectationFailed;
  return nullptr;
}

bool hopeless_head(std::string_view partial, std::size_t judged) noexcept {
  if (partial.starts_with('\r') || partial.starts_with(' ')) return true;
  for (std::size_t i = judged; i < partial.size(); ++i) {
    const auto c = static_cast<unsigned char>(partial[i]);
    const bool after_return = i > 0 && partial[i - 1] == '\r';
    if ((c == '\n') != after_return) return true;
    if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7f) return true;
  }
  return false;
}

}  // namespace kassa::platform
