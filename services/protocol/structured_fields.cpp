#include "services/protocol/structured_fields.hpp"

#include <algorithm>

#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kIntegerDigitsMax = 15;
constexpr std::size_t kDecimalWholeDigitsMax = 12;
constexpr std::size_t kDecimalFractionDigitsMax = 3;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_one_of(char c, std::string_view set) noexcept { return set.find(c) != std::string_view::npos; }
bool is_key(char c) noexcept { return is_lower(c) || is_digit(c) || is_one_of(c, "_-.*"); }
bool is_token(char c) noexcept { return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~:/"); }

/// A cursor over the field; every read says whether it succeeded.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  bool dictionary(std::vector<FieldMember>& out) {
    skip(" ");
    while (!rest_.empty()) {
      FieldMember member;
      if (!key(member.key) || !member_value(member)) return false;
      put(out, std::move(member));
      skip(" \t");
      if (rest_.empty()) return true;
      if (!take(',')) return false;
      skip(" \t");
      if (rest_.empty()) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] char peek() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view any_of) noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any_of), rest_.size()));
  }
  template <class Predicate>
  std::string take_while(Predicate wanted) {
    const auto end = std::ranges::find_if_not(rest_, wanted);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }
  template <class Entry>
  static void put(std::vector<Entry>& entries, Entry entry) {
    const auto same = std::ranges::find(entries, entry.key, &Entry::key);
    if (same == entries.end()) {
      entries.push_back(std::move(entry));
    } else {
      *same = std::move(entry);
    }
  }

  bool key(std::string& out) {
    if (!is_lower(peek()) && peek() != '*') return false;
    out = take_while(is_key);
    return true;
  }

  bool member_value(FieldMember& member) {
    if (!take('=')) {
      member.items.emplace_back();
      return parameters(member.parameters);
    }
    if (peek() == '(') return inner_list(member);
    FieldItem item;
    if (!bare(item.value)) return false;
    member.items.push_back(std::move(item));
    return parameters(member.parameters);
  }

  bool inner_list(FieldMember& member) {
    member.inner_list = true;
    take('(');
    for (;;) {
      skip(" ");
      if (take(')')) return parameters(member.parameters);
      FieldItem item;
      if (!bare(item.value) || !parameters(item.parameters)) return false;
      if (peek() != ' ' && peek() != ')') return false;
      member.items.push_back(std::move(item));
    }
  }

  bool parameters(std::vector<FieldParameter>& out) {
    while (take(';')) {
      skip(" ");
      FieldParameter parameter;
      if (!key(parameter.key)) return false;
      if (take('=') && !bare(parameter.value)) return false;
      put(out, std::move(parameter));
    }
    return true;
  }

  bool bare(BareItem& out) {
    const char c = peek();
    if (c == '-' || is_digit(c)) return number(out);
    if (c == '"') return quoted(out);
    if (c == ':') return bytes(out);
    if (c == '?') return boolean(out);
    if (!is_alpha(c) && c != '*') return false;
    out.kind = BareKind::kToken;
    out.text = take_while(is_token);
    return true;
  }

  bool number(BareItem& out) {
    const bool negative = take('-');
    const std::string whole = take_while(is_digit);
    if (whole.empty() || whole.size() > kIntegerDigitsMax) return false;
    if (take('.')) {
      const std::string fraction = take_while(is_digit);
      if (whole.size() > kDecimalWholeDigitsMax || fraction.empty()) return false;
      if (fraction.size() > kDecimalFractionDigitsMax) return false;
      out.kind = BareKind::kDecimal;
      out.text = (negative ? "-" : "") + whole + "." + fraction;
      return true;
    }
    out.kind = BareKind::kInteger;
    for (const char digit : whole) out.integer = out.integer * 10 + (digit - '0');
    if (negative) out.integer = -out.integer;
    return true;
  }

  bool quoted(BareItem& out) {
    take('"');
    out.kind = BareKind::kString;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\') {
        c = peek();
        if (c != '"' && c != '\\') return false;
        rest_.remove_prefix(1);
      } else if (c < 0x20 || c > 0x7e) {
        return false;
      }
      out.text.push_back(c);
    }
    return false;
  }

  bool bytes(BareItem& out) {
    take(':');
    const auto end = rest_.find(':');
    if (end == std::string_view::npos) return false;
    const auto decoded = from_base64(rest_.substr(0, end));
    if (!decoded) return false;
    out.kind = BareKind::kBytes;
    out.text = std::string(as_text(*decoded));
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool boolean(BareItem& out) {
    take('?');
    out.kind = BareKind::kBoolean;
    out.boolean = peek() == '1';
    return take('1') || take('0');
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<FieldMember>> parse_dictionary(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::vector<FieldMember> members;
  if (!FieldReader(text).dictionary(members)) return std::nullopt;
  return members;
}

const FieldMember* find_member(const std::vector<FieldMember>& members, std::string_view key) noexcept {
  const auto found = std::ranges::find(members, key, &FieldMember::key);
  return found == members.end() ? nullptr : &*found;
}

const BareItem* find_parameter(const std::vector<FieldParameter>& parameters, std::string_view key) noexcept {
  const auto found = std::ranges::find(parameters, key, &FieldParameter::key);
  return found == parameters.end() ? nullptr : &found->value;
}

}  // namespace kassa::protocol
