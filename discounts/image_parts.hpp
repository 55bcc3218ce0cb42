#pragma once
// What of a segment stands in an image: its arrays as they are, and the few values that are no arrays as a stream. The
// one list of arrays serves writing and reading. Private to discounts/.

#include <array>
#include <optional>
#include <string>

#include "discounts/image_stream.hpp"
#include "discounts/segment.hpp"

namespace kassa::discounts {

class ImageParts {
 public:
  static constexpr std::size_t kGapped = 3;  ///< Arrays whose elements have unused bytes.

  /// Visits every array, in the one order in which they stand in an image.
  template <class SomeSegment, class Visit>
  static void each_array(SomeSegment& segment, Visit&& visit) {
    visit(segment.rows);
    visit(segment.stamps);
    visit(segment.texts_);
    visit(segment.ids_);
    visit(segment.tags_);
    visit(segment.codes_);
    visit(segment.windows);
    visit(segment.values.slots_);
    visit(segment.values.places_);
    visit(segment.values.texts_);
    visit(segment.conditions.nodes_);
    visit(segment.conditions.ids_);
    visit(segment.conditions.intervals_);
    auto& index = segment.index;
    visit(index.postings_);
    visit(index.checks_);
    visit(index.keys_);
    visit(index.lists_);
    visit(index.thresholds_);
    visit(index.changes_);
    for (auto& sliced : index.sliced_) {
      visit(sliced.attributes);
      visit(sliced.slices);
      visit(sliced.words);
    }
  }

  template <class Visit>
  static void each_currency(const Segment& segment, Visit visit) {
    for (const Interval& interval : segment.conditions.intervals_) visit(interval.currency);
    for (const auto& thresholds : segment.index.thresholds_) visit(thresholds.currency);
    visit(segment.index.home_);
  }

  /// A copy whose gaps are zero; nullopt of arrays that have none.
  template <class T>
  static std::optional<std::string> without_gaps(const Pack<T>& pack) {
    if constexpr (std::is_same_v<T, Interval>) {
      return copied(pack, [](char* to, const Interval& from) {
        put(to, offsetof(Interval, currency), from.currency);
        put(to, offsetof(Interval, low), from.low);
        put(to, offsetof(Interval, high), from.high);
      });
    } else if constexpr (std::is_same_v<T, RuleIndex::Thresholds>) {
      return copied(pack, [](char* to, const RuleIndex::Thresholds& from) {
        put(to, offsetof(RuleIndex::Thresholds, attribute), from.attribute);
        put(to, offsetof(RuleIndex::Thresholds, currency), from.currency);
        put(to, offsetof(RuleIndex::Thresholds, list), from.list);
      });
    } else if constexpr (std::is_same_v<T, RuleIndex::Change>) {
      return copied(pack, [](char* to, const RuleIndex::Change& from) {
        put(to, offsetof(RuleIndex::Change, when), from.when);
        put(to, offsetof(RuleIndex::Change, rule), from.rule);
      });
    } else {
      return std::nullopt;
    }
  }

  /// Of everything that stands in arrays, so that a build with other shapes refuses them.
  static std::array<std::size_t, 10> sizes() noexcept {
    return {sizeof(Row),
            sizeof(Segment::CodeSlot),
            sizeof(Window),
            sizeof(ValueTable::Slot),
            sizeof(Node),
            sizeof(Interval),
            sizeof(RuleIndex::Posting),
            sizeof(RuleIndex::List),
            sizeof(RuleIndex::Thresholds),
            sizeof(RuleIndex::Change)};
  }

  static void write_loose(const Segment& segment, ImageWriter& out);
  [[nodiscard]] static bool read_loose(ImageReader& in, Segment& segment);
  /// Whether the arrays have the lengths that they must have beside each other.
  [[nodiscard]] static bool fits(const Segment& segment) noexcept;

 private:
  template <class Field>
  static void put(char* to, std::size_t at, const Field& field) {
    std::memcpy(to + at, &field, sizeof field);
  }
  template <class T, class Put>
  static std::string copied(const Pack<T>& pack, Put put_item) {
    std::string out(pack.bytes(), '\0');
    for (std::size_t i = 0; i < pack.size(); ++i) put_item(out.data() + i * sizeof(T), pack[i]);
    return out;
  }
};

}  // namespace kassa::discounts
