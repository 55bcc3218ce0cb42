#include <algorithm>
#include <array>

#include "discounts/parse_rule.hpp"
#include "discounts/zones.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

constexpr std::uint16_t kDayMinutes = 1'440;
constexpr std::array<std::string_view, 7> kDayWords{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// "18:00"; "24:00" is the end of a day.
std::optional<std::uint16_t> minute_of(const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.get_string();
  constexpr std::string_view kShape = "00:00";
  if (text.size() != kShape.size() || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute >= 60 || hour > 24 || (hour == 24 && minute != 0)) return std::nullopt;
  return static_cast<std::uint16_t>(hour * 60 + minute);
}

class ScheduleParser {
 public:
  ScheduleParser(const json::object& object, const Path& path, Problems& problems, Schedule& out)
      : object_(object), path_(path), problems_(problems), out_(out) {}

  void parse() {
    refuse_other_members(object_, path_, {"starts_at", "ends_at", "time_zone", "recurring"}, problems_);
    out_.starts_at = instant("starts_at");
    out_.ends_at = instant("ends_at");
    if (out_.starts_at && out_.ends_at && *out_.ends_at <= *out_.starts_at) {
      fault(problems_, below(path_, "ends_at"), "window_empty", "This ends before it starts.",
            "Swap starts_at and ends_at.");
    }
    zone();
    recurring();
  }

 private:
  [[nodiscard]] const json::value* given(std::string_view key) const {
    const json::value* const value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  std::optional<Instant> instant(std::string_view key) {
    const json::value* const value = given(key);
    if (value == nullptr) return std::nullopt;
    const auto made = value->is_string() ? from_rfc3339(value->get_string()) : std::nullopt;
    if (!value->is_string()) {
      fault(problems_, below(path_, key), "type_mismatch", "This must be a string.");
    } else if (!made) {
      fault(problems_, below(path_, key), "bad_time", "This is not an RFC 3339 time.",
            "Write it as 2026-11-20T00:00:00+05:30.");
    }
    return made;
  }

  void zone() {
    const json::value* const value = given("time_zone");
    if (value == nullptr) return;
    if (value->is_string() && !find_zone(value->get_string()).empty()) {
      out_.zone = value->get_string();
      return;
    }
    fault(problems_, below(path_, "time_zone"), "bad_time_zone", "This is not an IANA time zone.",
          R"(Use a name such as "Asia/Kolkata".)");
  }

  void recurring() {
    const json::value* const value = given("recurring");
    if (value == nullptr) return;
    const Path here = below(path_, "recurring");
    if (given("time_zone") == nullptr)
      fault(problems_, below(path_, "time_zone"), "required", "Recurring windows need a time zone.",
            R"(Name one, such as "Europe/Berlin".)");
    const json::array* const array = value->if_array();
    if (array == nullptr) return fault(problems_, here, "type_mismatch", "This must be an array of windows.");
    if (array->empty()) return fault(problems_, here, "empty_value_set", "There is no window.", "Leave it out.");
    if (array->size() > kWindowsMax)
      return fault(problems_, here, "too_many_values", "There are too many windows.", "Use at most 50.");
    for (std::size_t i = 0; i < array->size(); ++i) window((*array)[i], below(here, i));
  }

  void window(const json::value& value, const Path& path) {
    const json::object* const object = value.if_object();
    if (object == nullptr) return fault(problems_, path, "type_mismatch", "This must be an object.");
    refuse_other_members(*object, path, {"days", "from", "to"}, problems_);
    WeekWindow made;
    made.days = days(*object, path);
    made.from = minute(*object, "from", path);
    made.to = minute(*object, "to", path);
    if (made.from == made.to && object->contains("from") && object->contains("to"))
      fault(problems_, below(path, "to"), "window_empty", "This window ends when it starts.",
            "For whole days write from 00:00 to 24:00.");
    if (made.to < made.from) made.to = static_cast<std::uint16_t>(made.to + kDayMinutes);
    out_.windows.push_back(made);
  }

  std::uint16_t minute(const json::object& object, std::string_view key, const Path& path) {
    const json::value* const value = require_member(object, key, path, problems_);
    if (value == nullptr) return 0;
    const auto made = minute_of(*value);
    if (!made) fault(problems_, below(path, key), "bad_time", "This is not a time of day.", "Write it as 18:00.");
    return made.value_or(0);
  }

  std::uint8_t days(const json::object& object, const Path& path) {
    constexpr std::uint8_t kEveryDay = 0b1111111;
    const json::value* const value = object.if_contains("days");
    if (value == nullptr || value->is_null()) return kEveryDay;
    const Path here = below(path, "days");
    const json::array* const array = value->if_array();
    if (array == nullptr || array->empty()) {
      fault(problems_, here, array == nullptr ? "type_mismatch" : "empty_value_set", "This must be an array of days.",
            "Leave it out for every day.");
      return kEveryDay;
    }
    std::uint8_t mask = 0;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const json::value& item = (*array)[i];
      const std::string_view word = item.is_string() ? std::string_view(item.get_string()) : std::string_view{};
      const auto* const found = std::ranges::find(kDayWords, word);
      if (found == kDayWords.end()) {
        fault(problems_, below(here, i), "unknown_value", "This is no day.", "Use mon, tue, wed, thu, fri, sat, sun.");
      } else {
        mask = static_cast<std::uint8_t>(mask | 1U << (found - kDayWords.begin()));
      }
    }
    return mask;
  }

  const json::object& object_;
  const Path& path_;
  Problems& problems_;
  Schedule& out_;
};

}  // namespace

void parse_schedule(const json::object& object, const Path& path, Problems& problems, Rule& out) {
  const json::value* const value = object.if_contains("schedule");
  if (value == nullptr || value->is_null()) return;
  const Path here = below(path, "schedule");
  const json::object* const schedule = value->if_object();
  if (schedule == nullptr) return fault(problems, here, "type_mismatch", "This must be an object.");
  ScheduleParser(*schedule, here, problems, out.schedule).parse();
}

}  // namespace kassa::discounts
