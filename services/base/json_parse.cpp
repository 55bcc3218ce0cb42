// The only file that includes the parser template: it costs seconds to compile.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

#include "services/base/ensure.hpp"
#include "services/base/json.hpp"
#include "services/base/limits.hpp"

namespace kassa {
namespace {

using json::string_view;

/// Keys of the objects that are still open, to find a member that appears twice. When an object ends, its
/// keys are the last ones, because those of the objects inside it have been dropped.
class OpenKeys {
 public:
  OpenKeys() {
    text_.reserve(kUsualBytes);
    keys_.reserve(kUsualKeys);
  }
  void append(string_view part) { text_.append(part.data(), part.size()); }

  void finish() {
    const std::size_t begin = keys_.empty() ? 0 : keys_.back().end;
    keys_.push_back({begin, text_.size()});
  }

  /// Drops the last `count` keys; false when two of them are equal.
  bool drop_distinct(std::size_t count) {
    if (count == 0) return true;
    ensure(count <= keys_.size(), "an open key for each member");
    const std::span last{keys_.end() - static_cast<std::ptrdiff_t>(count), count};
    const std::size_t text_size = last.front().begin;
    const bool distinct = count <= kScanMax ? distinct_by_scan(last) : distinct_by_sort(last);
    keys_.resize(keys_.size() - count);
    text_.resize(text_size);
    return distinct;
  }

 private:
  static constexpr std::size_t kScanMax = 16;
  static constexpr std::size_t kUsualBytes = 256;
  static constexpr std::size_t kUsualKeys = 32;

  struct Key {
    std::size_t begin;
    std::size_t end;
  };

  [[nodiscard]] std::string_view text_of(const Key& key) const {
    return std::string_view{text_}.substr(key.begin, key.end - key.begin);
  }

  [[nodiscard]] bool equal(const Key& a, const Key& b) const { return text_of(a) == text_of(b); }

  [[nodiscard]] bool distinct_by_scan(std::span<const Key> keys) const {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (equal(keys[i], keys[j])) return false;
      }
    }
    return true;
  }

  // Sorted rather than hashed, so that keys made to collide cost no more than others.
  [[nodiscard]] bool distinct_by_sort(std::span<Key> keys) const {
    std::ranges::sort(keys, {}, [this](const Key& key) { return text_of(key); });
    const auto same = [this](const Key& a, const Key& b) { return equal(a, b); };
    return std::ranges::adjacent_find(keys, same) == keys.end();
  }

  std::string text_;
  std::vector<Key> keys_;
};

/// Builds the value from parsing events and refuses what the grammar alone lets through.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = limits::kJsonMembersMax;
  static constexpr std::size_t max_array_size = limits::kJsonMembersMax;
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  /// `escapes`: whether the text has any; only they can put a NUL into a value.
  StrictHandler(unsigned char* buffer, std::size_t size, json::storage_ptr memory, bool escapes)
      : stack_({}, buffer, size), escapes_(escapes) {
    stack_.reset(std::move(memory));
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) { return count_value(ec); }
  bool on_array_begin(json::error_code& ec) { return count_value(ec); }
  bool on_comment_part(string_view, json::error_code&) { return true; }
  bool on_comment(string_view, json::error_code&) { return true; }
  bool on_number_part(string_view, json::error_code&) { return true; }

  bool on_object_end(std::size_t members, json::error_code& ec) {
    if (!open_keys_.drop_distinct(members)) return refuse("a member appears twice in one object", ec);
    stack_.push_object(members);
    return true;
  }

  bool on_array_end(std::size_t elements, json::error_code&) {
    stack_.push_array(elements);
    return true;
  }

  bool on_key_part(string_view part, std::size_t, json::error_code& ec) {
    if (has_nul(part)) return refuse("a NUL in text", ec);
    open_keys_.append(part);
    stack_.push_chars(part);
    return true;
  }

  bool on_key(string_view part, std::size_t, json::error_code& ec) {
    if (has_nul(part)) return refuse("a NUL in text", ec);
    open_keys_.append(part);
    open_keys_.finish();
    stack_.push_key(part);
    return true;
  }

  bool on_string_part(string_view part, std::size_t, json::error_code& ec) {
    if (has_nul(part)) return refuse("a NUL in text", ec);
    stack_.push_chars(part);
    return true;
  }

  bool on_string(string_view part, std::size_t, json::error_code& ec) {
    if (has_nul(part)) return refuse("a NUL in text", ec);
    stack_.push_string(part);
    return count_value(ec);
  }

  bool on_int64(std::int64_t number, string_view, json::error_code& ec) {
    stack_.push_int64(number);
    return count_value(ec);
  }

  bool on_uint64(std::uint64_t number, string_view, json::error_code& ec) {
    stack_.push_uint64(number);
    return count_value(ec);
  }

  bool on_double(double rough, string_view text, json::error_code& ec) {
    // Boost 1.81 rounds several times on the way to `rough`; from_chars is exact.
    double number{};
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (result.ec == std::errc::result_out_of_range) {
      if (!(std::fabs(rough) < 1.0)) return refuse("a number out of range", ec);
      number = 0.0;
    } else {
      ensure(result.ec == std::errc{} && result.ptr == end, "the parser passes a whole number");
    }
    stack_.push_double(number);
    return count_value(ec);
  }

  bool on_bool(bool value, json::error_code& ec) {
    stack_.push_bool(value);
    return count_value(ec);
  }

  bool on_null(json::error_code& ec) {
    stack_.push_null();
    return count_value(ec);
  }

  [[nodiscard]] json::value release() { return stack_.release(); }
  [[nodiscard]] const char* why_refused() const { return why_refused_; }

 private:
  [[nodiscard]] bool has_nul(string_view text) const {
    return escapes_ && !text.empty() && std::memchr(text.data(), '\0', text.size()) != nullptr;
  }

  // Every value except the outermost is a member or an element.
  bool count_value(json::error_code& ec) {
    if (++values_ <= limits::kJsonMembersMax + 1) [[likely]]
      return true;
    return refuse("too many members", ec);
  }

  bool refuse(const char* why, json::error_code& ec) {
    why_refused_ = why;
    ec = json::error::syntax;
    return false;
  }

  json::value_stack stack_;
  bool escapes_;
  OpenKeys open_keys_;
  std::size_t values_ = 0;
  const char* why_refused_ = nullptr;
};

}  // namespace

Result<json::value> parse_json(std::string_view text, json::storage_ptr memory) {
  json::parse_options options;
  options.max_depth = limits::kJsonDepthMax;
  unsigned char buffer[4096];
  const bool escapes = text.find('\\') != std::string_view::npos;
  json::basic_parser<StrictHandler> parser(options, buffer, sizeof buffer, std::move(memory), escapes);
  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = json::error::extra_data;
  if (ec) {
    const char* const why = parser.handler().why_refused();
    return Error{Errc::kMalformedJson,
                 (why != nullptr ? std::string{why} : ec.message()) + " at byte " + std::to_string(used)};
  }
  return parser.handler().release();
}

}  // namespace kassa
