#pragma once
// The best choice among product rules that compete for units: sets of goods, rules that exclude each other, rules with
// a ceiling. Exact by branch and bound, component by component; when the budget of nodes ends, the best choice so far
// stands and the gap to what might have been is known. Who refuses whom by tags and groups: search_conflicts.cpp. A
// component too large to search is decided in one pass (search_greedy.cpp), its gap reported alike. Private to
// discounts/; lives on the stack of one evaluation.

#include <vector>

#include "discounts/scratch.hpp"

namespace kassa::discounts {

inline constexpr std::size_t kExactItemsMax = 64;  ///< In one component; beyond, a short search.
inline constexpr std::size_t kNodesMax = 20'000;
inline constexpr std::size_t kDepthMax = 1024;  ///< One level of recursion for each item: far less than a stack holds.
/// Different sets of tags and groups in one run that are compared with each other; with more, all of them are decided
/// together, as if each were against some other.
inline constexpr std::size_t kMannersMax = 512;
inline constexpr std::size_t kStepsMax = std::size_t{1} << 25;  ///< In one run: a fraction of a second.

class Search {
 public:
  Search(Choices& choices, CartState& state, Rounding rounding, Scratch& scratch)
      : choices_(choices), state_(state), rounding_(rounding), scratch_(scratch) {}

  /// Nothing competes beyond single lines: there is nothing to search.
  [[nodiscard]] bool needed();
  /// Decides: entries' `active` and `times`, `choices.forced`; what was left open.
  [[nodiscard]] std::int64_t run();

 private:
  struct Item {
    enum class Kind : unsigned char { kWhole, kSet, kLine };
    Kind kind{};
    std::uint32_t entry{};
    std::uint32_t gain{};  ///< Of kLine: in choices.gains.
  };
  struct Solution {
    explicit Solution(std::pmr::memory_resource* memory) : active(memory), times(memory) {}
    std::int64_t value{-1};
    Brief<char> active;  ///< By item.
    Brief<std::int64_t> times;
  };

  void find_bound();
  void find_manners();
  void find_conflicts();
  void join_conflicting();
  void join();
  void solve(std::uint32_t root);
  void branch(std::size_t depth, std::int64_t fixed);
  void branch_set(std::size_t depth, std::int64_t fixed);
  void branch_whole(std::size_t depth, std::int64_t fixed);
  void branch_line(std::size_t depth, std::int64_t fixed);
  /// In one pass, without recursion: with sets, and without.
  void decide_greedily();
  [[nodiscard]] std::int64_t form_greedily();
  [[nodiscard]] std::int64_t admit_greedily();
  void give_lines_greedily();
  void pick_lines(std::uint32_t entry, const Brief<std::int64_t>& rest);
  void reopen();
  [[nodiscard]] Brief<std::uint32_t> heaviest_first(bool bound_only);
  [[nodiscard]] bool agrees_with_chosen(std::uint32_t entry) const;
  void choose(std::uint32_t entry);
  void count_steps();
  void keep(std::int64_t value);
  void restore();
  [[nodiscard]] bool allowed(std::uint32_t entry) const;
  [[nodiscard]] std::int64_t bound(std::size_t depth, std::int64_t fixed);
  [[nodiscard]] std::int64_t value_of_line(std::uint32_t line, bool hopeful);
  [[nodiscard]] std::int64_t value(std::int64_t fixed);
  /// What a bound entry takes of scratch_.lines, in scratch_.parts; their sum.
  [[nodiscard]] std::int64_t take_together(std::uint32_t entry);
  [[nodiscard]] std::int64_t gain_now(std::uint32_t entry, const Choices::Gain& gain) const;
  [[nodiscard]] std::uint32_t root_of(std::uint32_t node);
  void unite(std::uint32_t a, std::uint32_t b);

  Choices& choices_;
  CartState& state_;
  Rounding rounding_;
  Scratch& scratch_;
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  static constexpr std::uint32_t kNoManner = static_cast<std::uint32_t>(-1);
  Brief<std::uint32_t> manners_{&scratch_.memory};    ///< An entry of each: what it says of tags and groups.
  Brief<std::uint32_t> manner_of_{&scratch_.memory};  ///< By entry.
  Brief<Pair> conflicts_{&scratch_.memory};           ///< Of manners; one with itself: its rules refuse each other.
  Brief<std::uint32_t> parents_{&scratch_.memory};    ///< Lines, then entries.
  Brief<Brief<Pair>> by_line_{&scratch_.memory};      ///< (entry, place of its gain).
  Brief<Item> items_{&scratch_.memory};
  Brief<std::uint32_t> lines_{&scratch_.memory};
  Brief<std::int64_t> hopes_{&scratch_.memory};  ///< By item: what a set may take at most.
  Brief<char> undecided_{&scratch_.memory};      ///< By entry.
  Brief<char> refusing_{&scratch_.memory};       ///< By entry: has a conflict.
  Brief<std::uint32_t> chosen_{
      &scratch_.memory};  ///< Of those with conflicts, what a greedy pass let in: one a manner.
  Solution best_{&scratch_.memory};
  std::size_t nodes_{};
  std::size_t nodes_max_{};
  std::size_t steps_{};  ///< What a node of this component costs.
  std::size_t steps_left_{kStepsMax};
  std::int64_t gap_{};
};

}  // namespace kassa::discounts
