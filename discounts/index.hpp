#pragma once
// Finds the automatic rules that a cart may satisfy without asking the others: rules are filed under values of which
// the cart must have one, else under a number that it must reach, else in one list that is always read. What comes out
// is a superset, in which the evaluation decides exactly. Private to discounts/; immutable once built.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "discounts/bit_tree.hpp"
#include "discounts/predicate.hpp"
#include "services/base/clock.hpp"

namespace kassa::discounts {

struct CartState;
struct Rule;
class ValueTable;

class RuleIndex {
 public:
  /// `rules` in evaluation order; the numbers of the index are places in it.
  void build(std::span<const Rule> rules, const ValueTable& values);

  /// Inserts the rules in question into `chosen`; empties `values`, the ids that the cart has.
  void gather(const CartState& state, Instant now, BitTree& values, BitTree& chosen) const;

  /// The next instant at which some automatic rule begins or ends.
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

  /// The class of a rule, without touching the rule.
  [[nodiscard]] std::size_t class_of(std::uint32_t rule) const noexcept { return classes_[rule]; }

 private:
  /// One rule in one list, with what else it demands as far as that costs nothing to check.
  struct Posting {
    std::int64_t low{};  ///< The list's number must reach it; the subtotal in lists of values.
    std::uint32_t rule{};
    std::uint32_t value{};  ///< Country, currency or payment method that the cart must have; 0: any.
  };
  /// Postings [begin, timed) have no schedule and rise by `low`; [timed, end) have one, the last to end first, so that
  /// a reader stops at the first number not reached and at the first rule that has ended.
  struct List {
    std::uint32_t begin{};
    std::uint32_t timed{};
    std::uint32_t end{};
  };
  struct Thresholds {
    Attribute attribute{};
    Currency currency{};
    std::uint32_t list{};
  };
  struct Window {
    Instant starts{Instant::min()};
    Instant ends{Instant::max()};
  };
  struct Filing;

  /// Lists of values come first, by id; no value has the id 0.
  static constexpr std::uint32_t kAlways = 0;

  void file(const Rule& rule, std::uint32_t number, Filing& filing);
  void read_schedules(std::span<const Rule> rules);
  void lay_out(Filing& filing);
  [[nodiscard]] std::uint32_t threshold_list(Attribute attribute, Currency currency, Filing& filing);
  void read(std::uint32_t list, std::int64_t have, const CartState& state, Instant now, BitTree& chosen) const;

  std::vector<Posting> postings_;
  std::vector<List> lists_;
  std::vector<Thresholds> thresholds_;
  std::vector<Window> windows_;  ///< By rule number.
  std::vector<std::uint8_t> classes_;
  std::vector<Instant> changes_;  ///< Ascending.
};

}  // namespace kassa::discounts
