#pragma once
// Reads the lists of one segment's index for one cart. Private to discounts/; lives on the stack of one evaluation.

#include <span>
#include <vector>

#include "discounts/state.hpp"

namespace kassa::discounts {

class Matcher {
 public:
  /// `gone`: rules that have been taken out of the segment, ascending.
  Matcher(const Segment& segment, const CartState& state, Instant now, Rounding rounding,
          std::span<const std::uint32_t> gone, std::vector<std::uint32_t>& lines, std::vector<std::int64_t>& gains)
      : segment_(segment),
        index_(segment.index),
        state_(state),
        now_(now),
        rounding_(rounding),
        gone_(gone),
        lines_(lines),
        gains_(gains),
        at_home_(index_.home_ == Currency{} || index_.home_ == state.cart->currency) {}

  /// Inserts the rules in question into `chosen`. `values` are the ids that the cart has.
  void gather(std::span<const std::uint32_t> values, BitTree& chosen);

 private:
  using Posting = RuleIndex::Posting;

  /// The best of the ranked rules of a list so far.
  struct Lead {
    bool found{};
    std::uint32_t key{};
  };

  void prefetch(std::span<const std::uint32_t> values) const;
  void read(std::uint32_t list, std::int64_t have, bool of_value, BitTree& chosen);
  void read_plain(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen) const;
  [[nodiscard]] std::uint64_t open_among(std::uint32_t i, std::uint32_t end) const noexcept;
  void read_timed(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen) const;
  void read_ranked(std::uint32_t begin, std::uint32_t end, std::int64_t have, BitTree& chosen);
  void read_sliced(const SlicedList& sliced, std::uint32_t list, std::int64_t have, BitTree& chosen);
  [[nodiscard]] bool has(std::uint32_t value) const noexcept;
  [[nodiscard]] bool fits(const Posting& posting, std::int64_t have) const noexcept;
  [[nodiscard]] bool in_window(std::uint32_t rule) const noexcept;
  /// Looks at one ranked posting; the place to go on from.
  [[nodiscard]] std::uint32_t rank(std::uint32_t i, std::uint32_t end, std::int64_t have, Lead& lead, BitTree& chosen);
  void lead_with(const Row& row, std::uint32_t key, Lead& lead);
  [[nodiscard]] bool beaten(std::uint32_t key) const;
  [[nodiscard]] std::int64_t gain(std::uint32_t line, std::uint32_t key) const;
  [[nodiscard]] std::uint32_t first_below(std::uint32_t i, std::uint32_t end, std::uint32_t key) const;

  const Segment& segment_;
  const RuleIndex& index_;
  const CartState& state_;
  Instant now_;
  Rounding rounding_;
  std::span<const std::uint32_t> gone_;
  std::vector<std::uint32_t>& lines_;
  std::vector<std::int64_t>& gains_;
  bool at_home_;
};

}  // namespace kassa::discounts
