#pragma once
// One evaluation: gathers the rules in question, runs the four phases over the cart's state and decides what is taken
// and, for the rules somebody asks about, why the rest was not. Private to discounts/; lives on the stack of one
// evaluate(), scan() or explain() call.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/scratch.hpp"

namespace kassa::discounts {

class Evaluation {
 public:
  Evaluation(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now, Rounding rounding,
             Scratch& scratch);

  /// Which automatic rules take part: those that the index finds, or all.
  void take_indexed();
  void take_all();

  /// Writes what becomes of these rules (ascending) to `notes`; before take_indexed(), which then lets them take part.
  /// A rule that cannot apply changes nothing for the others.
  void explain(std::span<const Row* const> asked, std::vector<Explanation>& notes);

  /// Decides; the decision stands in the scratch.
  void run();
  /// The decision in full; after run().
  [[nodiscard]] Outcome outcome();

 private:
  // evaluation_gates.cpp: who is asked, and the checks before any arithmetic.
  void resolve_codes();
  [[nodiscard]] bool may_apply(const Candidate& candidate);
  [[nodiscard]] bool on_schedule(const Candidate& candidate);
  [[nodiscard]] bool used_up(const Candidate& candidate) const;
  [[nodiscard]] bool knows_customer(const Candidate& candidate) const noexcept;
  [[nodiscard]] bool awaits_choice(const Candidate& candidate);
  [[nodiscard]] bool condition_met(const Candidate& candidate);
  [[nodiscard]] bool combines(const Candidate& candidate);
  [[nodiscard]] bool tier_reached(const Candidate& candidate, std::size_t line);
  [[nodiscard]] std::int64_t cap_of(const Candidate& candidate) const;
  [[nodiscard]] bool provisional(const Candidate& candidate) const noexcept;
  void reject(std::size_t code, std::string_view reason, const Candidate* candidate);
  void change_at(Instant when);

  /// Whether somebody asked about this rule; only then is a reason put into words.
  [[nodiscard]] bool traced(const Candidate& candidate) const noexcept;
  void note(const Candidate& candidate, Explanation why);
  /// Ends a candidate: the shopper hears `code_reason` of a code (empty: the code stands, it may give something later).
  void refuse(const Candidate& candidate, std::string_view reason, std::string_view code_reason,
              std::string_view detail = {});
  /// Ends a candidate that `by` stands in the way of.
  void refuse_for(const Candidate& candidate, std::string_view reason, std::string_view by, std::int64_t gain);

  // evaluation_groups.cpp: rules that stand alone, and groups of which one applies.
  [[nodiscard]] bool settle_exclusive();
  [[nodiscard]] bool run_alone(const Candidate& candidate);
  void settle_groups(std::span<Choices::Entry> entries);
  void settle_groups(std::vector<Candidate>& candidates);

  // evaluation_product.cpp: the best choice on each line.
  void product_phase();
  void weigh_product(const Candidate& candidate);
  void weigh_set(const Candidate& candidate);
  void number_stacks();
  void choose();
  void apply_entry(std::uint32_t entry);
  void apply_set(std::uint32_t entry);
  void account_for_lost(std::uint32_t entry);
  void note_superseded(std::uint32_t entry, bool applied);
  void note_set_superseded(std::uint32_t entry);
  [[nodiscard]] std::vector<std::string> holders(std::uint32_t line);

  // evaluation_across.cpp: order, shipping and payment rules, one after the other on what is left.
  void across_phase(Class c);
  void best_across(std::vector<Candidate>& candidates);
  [[nodiscard]] std::int64_t total_across(std::span<const Candidate> candidates, std::uint64_t in);
  void apply_across(const Candidate& candidate);
  /// The parts of a rule beside scratch.lines; their sum. Says why when it is nothing.
  [[nodiscard]] std::int64_t weigh_across(const Candidate& candidate, bool quiet);
  void record(const Candidate& candidate, std::span<const std::uint32_t> lines, std::span<const std::int64_t> parts,
              std::int64_t amount, bool of_set);

  const RuleSet& rules_;
  const CartView& cart_;
  const UsageBook& usage_;
  Instant now_;
  Rounding rounding_;
  Scratch& scratch_;
  CartState& state_;
  Outcome out_;
  std::span<const Row* const> asked_;
  std::vector<Explanation>* notes_{};
  bool any_picky_{false};
  bool silent_{false};  ///< A trial: nobody hears of what it refuses.
  ClassMask applied_classes_{};
  ClassMask allowed_by_applied_{0xff};
};

/// Whether two rules may apply to one order, apart from sharing units.
[[nodiscard]] bool compatible(const Candidate& a, const Candidate& b) noexcept;
/// The same, but for what their classes say.
[[nodiscard]] bool tags_agree(const Candidate& a, const Candidate& b) noexcept;

}  // namespace kassa::discounts
