#pragma once
// One evaluation: gathers the rules in question, runs the four phases over the cart's state and reports what was taken
// and, for the rules somebody asks about, why the rest was not. Private to discounts/; lives on the stack of one
// evaluate(), scan() or explain() call.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/amounts.hpp"
#include "discounts/scratch.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {

class Evaluation {
 public:
  Evaluation(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now, Rounding rounding,
             Scratch& scratch);

  /// Which automatic rules take part: those that the index finds, or all.
  void take_indexed();
  void take_all();

  /// Writes what becomes of these rules (numbers, ascending) to `notes`; before take_indexed(), which then lets them
  /// take part. A rule that cannot apply changes nothing for the others.
  void explain(std::span<const std::uint32_t> asked, std::vector<Explanation>& notes);

  Outcome run();

 private:
  // evaluation_gates.cpp: who is asked, and the checks before any arithmetic.
  void resolve_codes();
  [[nodiscard]] bool may_apply(const Candidate& candidate);
  [[nodiscard]] bool on_schedule(const Candidate& candidate);
  [[nodiscard]] bool used_up(const Rule& rule) const noexcept;
  [[nodiscard]] bool knows_customer(const Rule& rule) const noexcept;
  [[nodiscard]] bool awaits_choice(const Candidate& candidate);
  [[nodiscard]] bool condition_met(const Candidate& candidate);
  [[nodiscard]] bool combines(const Candidate& candidate);
  [[nodiscard]] bool tier_reached(const Candidate& candidate, std::size_t line);
  void reject(std::size_t code, std::string_view reason, const Rule* rule, std::uint32_t spelling);
  void change_at(Instant when);

  /// Whether somebody asked about this rule; only then is a reason put into words.
  [[nodiscard]] bool traced(const Candidate& candidate) const noexcept;
  void note(const Candidate& candidate, Explanation why);
  /// Ends a candidate: the shopper hears `code_reason` of a code (empty: the code stands, it may give something later).
  void refuse(const Candidate& candidate, std::string_view reason, std::string_view code_reason,
              std::string_view detail = {});

  // evaluation_product.cpp: the best choice on each line.
  void product_phase();
  void weigh_product(const Candidate& candidate);
  void offer(std::size_t entry);
  void settle(std::size_t line);
  void apply_entry(std::size_t entry);
  void account_for_lost(std::size_t entry);
  void note_superseded(std::size_t entry, bool applied);
  [[nodiscard]] std::vector<std::string> holders(std::size_t line) const;

  // evaluation.cpp: order, shipping and payment rules, one after the other on what is left.
  void across_phase(Class c);
  void apply_across(const Candidate& candidate);
  [[nodiscard]] std::int64_t weigh(const Candidate& candidate, bool& any);
  void record(const Candidate& candidate, std::span<const std::int64_t> parts, std::int64_t amount);

  const RuleSet& rules_;
  const CartView& cart_;
  const UsageBook& usage_;
  Instant now_;
  Rounding rounding_;
  Scratch& scratch_;
  CartState state_;
  Outcome out_;
  std::vector<Candidate> by_code_;
  std::span<const std::uint32_t> asked_;
  std::vector<Explanation>* notes_{};
  ClassMask applied_classes_{};
  ClassMask allowed_by_applied_{0xff};
};

[[nodiscard]] CartView view_of(const Cart& cart);

}  // namespace kassa::discounts
