#pragma once
// What one evaluation works with, reused from one to the next. Private to discounts/; belongs to one evaluation at a
// time (ScratchPool).

#include <array>
#include <cstdint>
#include <vector>

#include "discounts/facts.hpp"
#include "discounts/model.hpp"

namespace kassa::discounts {

/// A rule that may apply: automatic, or named by one of the cart's codes.
struct Candidate {
  static constexpr std::uint32_t kAutomatic = static_cast<std::uint32_t>(-1);
  const Rule* rule{};
  std::uint32_t code{kAutomatic};  ///< Index in cart.codes.
  std::uint32_t spelling{};        ///< Index in the rule's codes.

  [[nodiscard]] bool automatic() const noexcept { return code == kAutomatic; }
};

/// The product rules that may apply and what each would take off each line if it were alone.
struct Choices {
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  static constexpr std::size_t kStack = static_cast<std::size_t>(-2);

  struct Entry {
    Candidate candidate;
    bool stacks{};  ///< Combines with other product rules that do so too.
    bool wins{};    ///< Some line goes to it, alone or as part of the stack.
  };

  std::size_t lines{};
  std::vector<Entry> entries;
  std::vector<std::int64_t> alone;  ///< entries x lines
  std::vector<std::size_t> winner;  ///< Per line: an entry, kStack (all that stack) or kNobody.
  std::vector<std::int64_t> best;   ///< Per line: the most that one rule alone takes.
  std::vector<std::int64_t> left;   ///< Per line: what the stack leaves.

  void begin(std::size_t line_count) {
    lines = line_count;
    entries.clear();
    alone.clear();
    winner.assign(line_count, kNobody);
    best.assign(line_count, 0);
  }
  [[nodiscard]] std::int64_t gain(std::size_t entry, std::size_t line) const { return alone[entry * lines + line]; }
  [[nodiscard]] bool won(std::size_t entry, std::size_t line) const {
    if (gain(entry, line) == 0) return false;
    return winner[line] == entry || (winner[line] == kStack && entries[entry].stacks);
  }
};

struct Scratch {
  explicit Scratch(const RuleSet& rules) : values(rules.values.size()), chosen(rules.rules.size()) {}

  CartFacts facts;
  BitTree values;  ///< Values of the cart that conditions name.
  BitTree chosen;  ///< Rules that the index gives for them.
  std::array<std::vector<Candidate>, kClasses> candidates;
  Choices choices;
  std::vector<char> among;
  std::vector<std::int64_t> parts;
  std::vector<std::int64_t> weights;
};

}  // namespace kassa::discounts
