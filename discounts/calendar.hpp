#pragma once
// Recurring windows of a week in one time zone: whether they are open, and until when. Private to discounts/; immutable
// once made.

#include <optional>
#include <vector>

#include "discounts/model.hpp"
#include "discounts/zones.hpp"

namespace kassa::discounts {

class Calendar {
 public:
  /// `zone` exists.
  Calendar(std::string_view zone, std::vector<WeekWindow> windows);

  [[nodiscard]] bool open_at(Instant now) const noexcept;
  /// The first instant after `now` at which it opens or closes; nullopt when it never does.
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;
  /// A window begins or ends at a local time that a change of the clocks skips or repeats.
  [[nodiscard]] bool meets_clock_change() const;

  friend bool operator==(const Calendar& a, const Calendar& b) {
    return a.zone_.data() == b.zone_.data() && a.windows_ == b.windows_;
  }
  [[nodiscard]] std::size_t hash() const noexcept;
  /// A name of its zone: one of several when they are the same.
  [[nodiscard]] std::string_view zone_name() const noexcept;
  [[nodiscard]] std::span<const WeekWindow> windows() const noexcept { return windows_; }

 private:
  std::span<const ZoneShift> zone_;
  std::vector<WeekWindow> windows_;
};

}  // namespace kassa::discounts
