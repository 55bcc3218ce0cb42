#pragma once
// What one evaluation works with, reused from one to the next. Private to discounts/; belongs to one evaluation at a
// time (ScratchPool, Desk).

#include <array>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "discounts/amounts.hpp"
#include "discounts/rule_set.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {

/// A rule that may apply: automatic, or named by one of the cart's codes.
struct Candidate {
  static constexpr std::uint32_t kAutomatic = static_cast<std::uint32_t>(-1);
  const Segment* segment{};
  const Row* row{};
  std::uint32_t code{kAutomatic};  ///< Index in cart.codes.
  std::string_view spelling{};     ///< Of the code, by its rule.

  [[nodiscard]] bool automatic() const noexcept { return code == kAutomatic; }
  [[nodiscard]] const Terms& terms() const noexcept { return segment->terms_of(*row); }
  [[nodiscard]] const Value& value() const noexcept { return segment->value_of(*row); }
  [[nodiscard]] std::string_view id() const noexcept { return segment->id_of(*row); }
  [[nodiscard]] PredicateView when() const noexcept { return segment->conditions.view(row->when); }
};

/// Evaluation order: by priority, then id.
[[nodiscard]] inline bool precedes(const Candidate& a, const Candidate& b) noexcept {
  if (a.row->priority != b.row->priority) return a.row->priority < b.row->priority;
  return a.id() < b.id();
}

/// What an evaluation decided: who took how much, as spans of `parts`.
struct Decision {
  struct Item {
    Candidate candidate;
    std::int64_t amount{};
    std::uint32_t first{};
    std::uint32_t count{};
    bool provisional{};
  };
  std::vector<Item> taken;
  std::vector<Item> gifts;
  std::vector<Allocation> parts;

  void clear() {
    taken.clear();
    gifts.clear();
    parts.clear();
  }
};

/// The product rules that may apply and what each would take off each line if it were alone.
struct Choices {
  static constexpr std::uint32_t kNobody = static_cast<std::uint32_t>(-1);
  static constexpr std::uint32_t kStacks = std::uint32_t{1} << 31;  ///< Plus the number of the stack.

  struct Gain {
    std::uint32_t line{};
    bool off{};  ///< Decided not to take this line.
    std::int64_t amount{};
  };
  struct Entry {
    Candidate candidate;
    std::uint32_t first{};  ///< Gains [first, first + count); of a set: the lines it may use.
    std::uint32_t count{};
    std::uint32_t parts{};  ///< Of a set: where the lines of its parts begin in `goods`.
    std::uint32_t stack{};  ///< From 1; 0: alone on its units.
    std::int64_t alone{};   ///< What it takes when it is the only one.
    std::int64_t cap{kNoCap};
    std::int64_t times{};  ///< Of a set: how often it is formed.
    bool active{true};
    bool wins{};   ///< Some line goes to it, alone or as part of a stack.
    bool bound{};  ///< Takes less from several lines than from each alone, and meets others there.
    bool provisional{};
    [[nodiscard]] bool is_set() const { return candidate.terms().set != SetKind::kNone; }
  };

  std::size_t lines{};
  std::vector<Entry> entries;
  std::vector<Gain> gains;
  std::vector<std::uint32_t> goods;   ///< Lines of the parts of sets: a count, then as many lines, for each part.
  std::vector<std::uint32_t> winner;  ///< Per line: an entry, a stack or kNobody.
  std::vector<std::uint32_t> forced;  ///< Per line: the bound entry that it was decided for.
  std::vector<std::int64_t> best;     ///< Per line: the most that one rule alone takes.
  std::vector<std::int64_t> full;     ///< Per line: what the winner would take of all units.
  std::uint32_t stacks{};
  std::vector<std::int64_t> left;  ///< stacks x lines: what the stack leaves.

  void begin(std::size_t line_count) {
    lines = line_count;
    entries.clear();
    gains.clear();
    goods.clear();
    stacks = 0;
    forced.assign(line_count, kNobody);
  }
  [[nodiscard]] std::span<Gain> gains_of(const Entry& entry) {
    return std::span(gains).subspan(entry.first, entry.count);
  }
  [[nodiscard]] bool won(std::uint32_t entry, const Gain& gain) const {
    if (gain.amount == 0 || !entries[entry].active) return false;
    const std::uint32_t by = winner[gain.line];
    return by == entry || (entries[entry].stack != 0 && by == (kStacks | entries[entry].stack));
  }
};

/// Which recurring windows are open; found out anew when one of them opens or closes.
class OpenWindows {
 public:
  void look(const RuleSet& rules, Instant now);
  [[nodiscard]] bool open(const RuleSet& rules, const Segment& segment, std::uint32_t calendar) const noexcept {
    return open_[&segment == rules.base.get() ? calendar - 1 : rules.base->calendars.size() + calendar - 1] != 0;
  }
  [[nodiscard]] std::optional<Instant> until() const noexcept { return until_; }

 private:
  std::vector<char> open_;
  Instant since_{Instant::max()};
  std::optional<Instant> until_;
};

/// What a set takes of a line.
struct SetUse {
  std::uint32_t line{};
  std::int64_t units{};     ///< In all.
  std::int64_t rewarded{};  ///< Of which discounted.
};

/// A list that one step of an evaluation needs for a moment.
template <class T>
using Brief = std::pmr::vector<T>;

struct Scratch {
  explicit Scratch(const RuleSet& rules)
      : values(rules.values().size()),
        chosen(rules.base->rows.size()),
        chosen_fresh(rules.fresh ? rules.fresh->rows.size() : 0) {}

  /// Of brief lists: what they give back is kept for the next ones.
  std::pmr::unsynchronized_pool_resource memory{{.max_blocks_per_chunk = 0, .largest_required_pool_block = 1 << 20}};
  CartState state;
  BitTree values;  ///< Values of the cart that conditions name.
  BitTree chosen;  ///< Rules that the index gives for them.
  BitTree chosen_fresh;
  std::vector<std::uint32_t> found;
  std::array<std::vector<Candidate>, kClasses> candidates;
  std::array<std::vector<Candidate>, kClasses> put_aside;
  std::vector<Candidate> by_code;
  OpenWindows windows;
  Choices choices;
  Decision decision;
  Tally tally;
  std::vector<std::uint32_t> lines;
  std::vector<std::int64_t> parts;
  std::vector<std::int64_t> weights;
  std::vector<std::int64_t> rooms;
  std::vector<SetUse> uses;
  std::vector<std::int64_t> take;
};

}  // namespace kassa::discounts
