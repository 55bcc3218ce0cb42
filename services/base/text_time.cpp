#include "services/base/ensure.hpp"
#include "services/base/text.hpp"

namespace kassa {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kTimeTextMax = 64;

void put_digits(std::string& out, std::size_t at, std::size_t width, unsigned value) {
  for (std::size_t end = at + width; end-- > at; value /= 10) out[end] = static_cast<char>('0' + value % 10);
}

/// Takes parts off the front of a text; after the first mismatch everything fails.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  char take() {
    const char c = peek();
    ok_ = ok_ && !rest_.empty();
    if (!rest_.empty()) rest_.remove_prefix(1);
    return c;
  }

  void expect(char lower, char upper) {
    const char c = take();
    ok_ = ok_ && (c == lower || c == upper);
  }

  unsigned number(int width, unsigned max) {
    unsigned value = 0;
    for (int i = 0; i < width; ++i) {
      const char c = take();
      ok_ = ok_ && c >= '0' && c <= '9';
      value = value * 10 + static_cast<unsigned char>(c - '0');
    }
    ok_ = ok_ && value <= max;
    return ok_ ? value : 0;
  }

  /// Any number of digits, cut to milliseconds.
  Millis fraction() {
    if (peek() != '.') return Millis{0};
    take();
    unsigned value = 0;
    int digits = 0;
    for (; peek() >= '0' && peek() <= '9'; ++digits) {
      const auto digit = static_cast<unsigned char>(take() - '0');
      if (digits < 3) value = value * 10 + digit;
    }
    ok_ = ok_ && digits > 0;
    for (; digits < 3; ++digits) value *= 10;
    return Millis{value};
  }

  minutes offset() {
    const char sign = take();
    if (sign == 'Z' || sign == 'z') return minutes{0};
    ok_ = ok_ && (sign == '+' || sign == '-');
    const auto h = number(2, 23);
    expect(':', ':');
    const minutes distance = hours{h} + minutes{number(2, 59)};
    return sign == '-' ? -distance : distance;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string to_rfc3339(Instant t) {
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  const int year = static_cast<int>(date.year());
  ensure(year >= 0 && year <= 9999, "RFC 3339 has four digits for the year");
  std::string text = "0000-00-00T00:00:00.000Z";
  put_digits(text, 0, 4, static_cast<unsigned>(year));
  put_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(text, 11, 2, static_cast<unsigned>(time.hours().count()));
  put_digits(text, 14, 2, static_cast<unsigned>(time.minutes().count()));
  put_digits(text, 17, 2, static_cast<unsigned>(time.seconds().count()));
  put_digits(text, 20, 3, static_cast<unsigned>(time.subseconds().count()));
  return text;
}

std::optional<Instant> from_rfc3339(std::string_view text) {
  if (text.size() > kTimeTextMax) return std::nullopt;
  Cursor in{text};
  const auto year = in.number(4, 9999);
  in.expect('-', '-');
  const auto month = in.number(2, 12);
  in.expect('-', '-');
  const auto day = in.number(2, 31);
  in.expect('t', 'T');
  const auto hour = in.number(2, 23);
  in.expect(':', ':');
  const auto minute = in.number(2, 59);
  in.expect(':', ':');
  const auto second = in.number(2, 60);
  const Millis fraction = in.fraction();
  const minutes offset = in.offset();
  if (!in.done()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  const auto whole = std::chrono::sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - offset;
  // A leap second only exists at the end of a UTC day; it reads as the first second of the next one.
  if (second == 60 && whole != std::chrono::floor<days>(whole)) return std::nullopt;
  return Instant{whole} + fraction;
}

}  // namespace kassa
