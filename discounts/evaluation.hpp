#pragma once
// One evaluation: gathers the rules in question, runs the four phases over the cart's state and reports what
// was taken and why the rest was not. Private to discounts/; lives on the stack of one evaluate() call.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/amounts.hpp"
#include "discounts/model.hpp"
#include "discounts/state.hpp"

namespace kassa::discounts {

/// A rule that may apply: automatic, or named by one of the cart's codes.
struct Candidate {
  static constexpr std::size_t kAutomatic = static_cast<std::size_t>(-1);
  const Rule* rule{};
  std::size_t code{kAutomatic};  ///< Index in cart.codes.
};

/// Why a rule gave nothing: its word for explanation and, when a code asked for it, what the shopper is told
/// (empty: the code stands, it may still give something later).
struct Refusal {
  std::string_view reason;
  std::string_view code_reason;
  std::string detail{};
};

class Evaluation {
 public:
  Evaluation(const RuleSet& rules, const Cart& cart, Instant now, Rounding rounding)
      : rules_(rules), cart_(cart), state_(cart), now_(now), rounding_(rounding) {}

  Outcome run(const std::vector<Usage>& usage);

 private:
  // evaluation_gates.cpp: who is asked, and the checks before any arithmetic.
  void note_usage(const std::vector<Usage>& usage);
  void resolve_codes();
  [[nodiscard]] std::vector<Candidate> candidates_of(Class c) const;
  [[nodiscard]] bool may_apply(const Candidate& candidate);
  [[nodiscard]] bool on_schedule(const Candidate& candidate);
  [[nodiscard]] bool awaits_choice(const Candidate& candidate);
  [[nodiscard]] bool condition_met(const Candidate& candidate);
  [[nodiscard]] bool combines(const Candidate& candidate);
  [[nodiscard]] bool tier_reached(const Candidate& candidate, std::size_t line);
  void reject(std::size_t code, std::string_view reason, const std::string& rule_id);
  void refuse(const Candidate& candidate, Refusal refusal);
  void change_at(Instant when);

  // evaluation_product.cpp: the best choice on each line.
  struct Entry;
  struct Choices;
  void product_phase();
  void choose_lines(Choices& choices) const;
  void take_line(Choices& choices, std::size_t line) const;
  void apply_entry(const Choices& choices, std::size_t entry);
  void explain_lost(const Choices& choices, std::size_t entry);

  // evaluation.cpp: order, shipping and payment rules, one after the other on what is left.
  void across_phase(Class c);
  void apply_across(const Candidate& candidate);
  [[nodiscard]] std::int64_t weigh(const Candidate& candidate, std::vector<std::int64_t>& weights,
                                   bool& any) const;
  void record(const Candidate& candidate, std::span<const std::int64_t> parts, std::int64_t amount);

  const RuleSet& rules_;
  const Cart& cart_;
  CartState state_;
  Instant now_;
  Rounding rounding_;
  Outcome out_;
  std::vector<Candidate> by_code_;
  std::vector<const Rule*> exhausted_;  ///< Rules whose global limit is used up.
  ClassMask applied_classes_{};
  ClassMask allowed_by_applied_{0xff};
};

}  // namespace kassa::discounts
