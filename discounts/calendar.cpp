#include "discounts/calendar.hpp"

#include <algorithm>

namespace kassa::discounts {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kDayMinutes = 1'440;
constexpr std::int64_t kDay = kDayMinutes * kMinute;
constexpr std::int64_t kWeekDays = 7;
constexpr std::int64_t kWeekdayOfEpoch = 4;  ///< A Thursday; Sunday is 0.
constexpr std::int64_t kMillisPerSecond = 1'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t second_of(Instant t) noexcept { return floor_divide(to_millis(t), kMillisPerSecond); }

bool holds(const WeekWindow& window, std::int64_t day) noexcept {
  const std::int64_t weekday = ((day + kWeekdayOfEpoch) % kWeekDays + kWeekDays) % kWeekDays;
  return (window.days >> weekday & 1) != 0;
}

}  // namespace

std::span<const ZoneShift> find_zone(std::string_view name) noexcept {
  const auto names = zone_names();
  const auto found = std::ranges::lower_bound(names, name, {}, &ZoneName::name);
  if (found == names.end() || found->name != name) return {};
  return zone_shifts().subspan(found->first, found->count);
}

std::int64_t offset_at(std::span<const ZoneShift> zone, std::int64_t second) noexcept {
  const auto next = std::ranges::upper_bound(zone, second, {}, &ZoneShift::from);
  return next == zone.begin() ? zone.front().offset : std::prev(next)->offset;
}

Calendar::Calendar(std::string_view zone, std::vector<WeekWindow> windows)
    : zone_(find_zone(zone)), windows_(std::move(windows)) {}

bool Calendar::open_at(Instant now) const noexcept {
  const std::int64_t second = second_of(now);
  const std::int64_t local = second + offset_at(zone_, second);
  const std::int64_t day = floor_divide(local, kDay);
  const std::int64_t minute = (local - day * kDay) / kMinute;
  return std::ranges::any_of(windows_, [&](const WeekWindow& window) {
    const bool today = holds(window, day) && window.from <= minute && minute < window.to;
    return today || (holds(window, day - 1) && minute + kDayMinutes < window.to);
  });
}

/// Every boundary of the days around is a candidate, under either offset that may hold there; the first one at which
/// the answer differs is the change.
std::optional<Instant> Calendar::next_change(Instant now) const {
  const std::int64_t second = second_of(now);
  const std::int64_t today = floor_divide(second + offset_at(zone_, second), kDay);
  std::vector<std::int64_t> candidates;
  for (std::int64_t day = today - 1; day <= today + kWeekDays + 1; ++day) {
    for (const WeekWindow& window : windows_) {
      if (!holds(window, day)) continue;
      for (const std::int64_t minute : {window.from, window.to}) {
        const std::int64_t local = day * kDay + minute * kMinute;
        candidates.push_back(local - offset_at(zone_, local - kDay));
        candidates.push_back(local - offset_at(zone_, local + kDay));
      }
    }
  }
  for (const ZoneShift& shift : zone_) {
    if (shift.from > second && shift.from < second + (kWeekDays + 2) * kDay) candidates.push_back(shift.from);
  }
  std::ranges::sort(candidates);
  const bool open = open_at(now);
  for (const std::int64_t candidate : candidates) {
    const Instant when = from_millis(candidate * kMillisPerSecond);
    if (when > now && open_at(when) != open) return when;
  }
  return std::nullopt;
}

bool Calendar::meets_clock_change() const {
  for (std::size_t i = 1; i < zone_.size(); ++i) {
    const auto [low, high] = std::minmax(zone_[i - 1].offset, zone_[i].offset);
    const std::int64_t from = zone_[i].from + low;
    const std::int64_t until = zone_[i].from + high;
    const std::int64_t around = floor_divide(from, kDay);
    for (std::int64_t day = around - 1; day <= around + 1; ++day) {
      for (const WeekWindow& window : windows_) {
        if (!holds(window, day)) continue;
        for (const std::int64_t minute : {window.from, window.to}) {
          const std::int64_t local = day * kDay + minute * kMinute;
          if (from <= local && local < until) return true;
        }
      }
    }
  }
  return false;
}

std::string_view Calendar::zone_name() const noexcept {
  const auto first = static_cast<std::size_t>(zone_.data() - zone_shifts().data());
  const auto found = std::ranges::find(zone_names(), first, &ZoneName::first);
  return found == zone_names().end() ? std::string_view{} : found->name;
}

std::size_t Calendar::hash() const noexcept {
  std::size_t hash = std::hash<const void*>{}(zone_.data());
  for (const WeekWindow& window : windows_) {
    hash = hash * 1'000'003 +
           (static_cast<std::size_t>(window.days) << 32 | static_cast<std::size_t>(window.from) << 16 | window.to);
  }
  return hash;
}

}  // namespace kassa::discounts
