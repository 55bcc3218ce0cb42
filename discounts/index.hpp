#pragma once
// Finds the automatic rules that a cart may satisfy without asking the others: rules are filed under values of which
// the cart must have one, else under a number that it must reach, else in one list that is always read. A long list is
// cut into bit slices by what else its rules demand of the cart. What comes out holds every rule that may matter, and
// the evaluation decides exactly. Private to discounts/; immutable once built.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "discounts/bit_tree.hpp"
#include "discounts/pack.hpp"
#include "discounts/predicate.hpp"
#include "services/base/clock.hpp"

namespace kassa::discounts {

struct CartState;
struct Row;
struct RuleSetup;
class Segment;
class Matcher;

/// A list of many rules, sliced: one row of bits for each value that they demand of the cart, over the postings of
/// the list, and one for the rules that do not care about the attribute.
struct SlicedList {
  struct Slice {
    std::uint32_t value{};  ///< 0: the rules that do not care.
    std::uint32_t at{};     ///< First word in `words`.
  };
  struct Slices {
    std::uint32_t first{};  ///< Slices of one attribute: [first, first + count) of `slices`, by value.
    std::uint32_t count{};
  };
  std::uint32_t list{};
  std::uint32_t words_each{};
  Pack<Slices> attributes;
  Pack<Slice> slices;
  Pack<std::uint64_t> words;
};

class RuleIndex {
 public:
  /// `whole`: of a set compiled at once, where the lists of values are an array; otherwise a few lists are looked for.
  void build(const Segment& segment, const RuleSetup& setup, bool whole);

  /// The next instant at which some automatic rule begins or ends; `gone` are rules taken out, ascending.
  [[nodiscard]] std::optional<Instant> next_change(Instant now, std::span<const std::uint32_t> gone) const;
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// Numbers of a cart that rules may be filed under.
  struct Reached {
    Currency currency{};
    std::int64_t subtotal{};
    std::int64_t quantity{};
  };
  /// Rules that may be kept from applying by what the cart has not reached yet: some of each of its lists, the nearest
  /// first where a list is in that order.
  void list_beyond(std::span<const std::uint32_t> values, const Reached& reached,
                   std::vector<std::uint32_t>& rules) const;

 private:
  friend class Matcher;
  friend class ImageParts;
  /// One rule in one list, with what else it demands as far as that costs nothing to check.
  struct Posting {
    std::int64_t low{};     ///< The list's number must reach it; the subtotal in lists of values.
    std::uint32_t rule{};   ///< Its place, with kDecided and kTimed.
    std::uint32_t value{};  ///< Text of the cart (not of its lines) that it must have, or kAttributeBits; 0: any.
  };
  /// In lists of values: [begin, ranked) are product rules that take an amount or a share of the very lines that have
  /// the value, the largest first; [ranked, timed) have no schedule and rise by `low`; [timed, next list) have one, the
  /// last to end first.
  struct List {
    std::uint32_t begin{};
    std::uint32_t ranked{};
    std::uint32_t timed{};
  };
  struct Thresholds {
    Attribute attribute{};
    Currency currency{};
    std::uint32_t list{};
  };
  struct Change {
    Instant when;
    std::uint32_t rule{};
  };
  struct Filing;

  /// Lists of values come first, by id; no value has the id 0.
  static constexpr std::uint32_t kAlways = 0;
  static constexpr std::uint32_t kNoList = static_cast<std::uint32_t>(-1);

  /// What it takes off each line by itself; nullopt for rules that others have to be weighed with.
  [[nodiscard]] std::optional<std::uint32_t> rank_key(const Segment& segment, const Row& row);
  [[nodiscard]] bool decides(const Segment& segment, const Row& row, std::uint32_t list, std::uint32_t value);
  void file(const Segment& segment, const Row& row, std::uint32_t number, Filing& filing);
  [[nodiscard]] static std::uint32_t second_check(const Segment& segment, const Row& row, Filing& filing);
  void lay_out(const Segment& segment, Filing& filing);
  void slice(const Segment& segment, std::uint32_t list);
  [[nodiscard]] std::uint32_t list_of(std::uint32_t value) const noexcept;
  [[nodiscard]] std::uint32_t end_of(std::uint32_t list) const noexcept { return lists_[list + 1].begin; }
  [[nodiscard]] std::uint32_t threshold_list(Attribute attribute, Currency currency, Filing& filing);

  Pack<Posting> postings_;
  Pack<std::uint32_t> checks_;         ///< Beside the postings: their values once more, for long lists.
  Pack<std::uint32_t> keys_;           ///< Beside the postings of `ranked`: how much, falling.
  Pack<List> lists_;                   ///< And one more, for the end.
  std::vector<std::uint32_t> values_;  ///< Of a small index: the value of each list, ascending; else empty.
  Pack<Thresholds> thresholds_;
  std::vector<SlicedList> sliced_;  ///< By list.
  Pack<Change> changes_;            ///< Ascending.
  Currency home_{};                 ///< Of the amounts that decided postings stand for; XXX while there are none.
};

}  // namespace kassa::discounts
