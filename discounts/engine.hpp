#pragma once
// The discount engine as the checkout sees it: a pure function from (cart, compiled rules, now) to allocated
// discounts with reasons. Rules are the typed JSON model of docs/discounts.md. Evaluation reads usage limits,
// it never counts a use: that is the store's transaction at completion.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/apportion.hpp"
#include "services/base/attribute.hpp"
#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/json.hpp"
#include "services/base/money.hpp"

namespace kassa::discounts {

using kassa::AttributeSpec;
using kassa::Fact;

struct CartLine {
  std::string line_id;
  std::string variant;
  std::string product;
  std::string sku;
  std::string category;
  std::string vendor;
  std::vector<std::string> tags;
  std::int64_t quantity{};
  std::int64_t unit_price{};     ///< Minor units of the cart's currency.
  std::int64_t minimum_price{};  ///< No discount takes a unit below this.
  std::vector<Fact> facts{};
};

/// One priced shipping choice per package, once the shopper has chosen.
struct CartShipping {
  std::string method;  ///< Option id as configured ("standard").
  std::int64_t amount{};
};

struct Cart {
  Currency currency;
  std::vector<CartLine> lines;
  std::vector<CartShipping> shipping;
  std::vector<std::string> codes;  ///< As the shopper wrote them.
  std::string country;             ///< Of the destination, else of the context; may be empty (unknown).
  std::string customer;            ///< Stable key of the customer for per-customer limits; empty: unknown.
  std::optional<std::int64_t> customer_orders;
  std::string payment_method;           ///< Empty: not chosen yet.
  std::vector<std::string> used_up;     ///< Ids of rules that the store has refused this customer any further use of.
  std::vector<std::string> segments{};  ///< Of the customer; empty: none, or not known.
  std::optional<bool> prepaid{};        ///< Of the payment method; not known: unknown.
  std::optional<std::int64_t> cod_minutes{};  ///< Age of the cash-on-delivery order that this payment would convert.
  std::vector<Fact> facts{};                  ///< Of the cart, the customer, the payment and the context.
  bool provisional{false};  ///< Rules with a limit for each customer may apply before the customer is known.
};

inline const std::string kNoText;
inline const std::vector<std::string> kNoTexts;
inline const std::vector<Fact> kNoFacts;

/// A line and a cart that own nothing, for whoever has the texts already. They are pointed to, not looked at: most
/// stores have no rule on a vendor or a tag, and then nobody reads them.
struct LineView {
  std::string_view line_id;
  const std::string* variant{&kNoText};
  const std::string* product{&kNoText};
  const std::string* sku{&kNoText};
  const std::string* category{&kNoText};
  const std::string* vendor{&kNoText};
  const std::vector<std::string>* tags{&kNoTexts};
  std::int64_t quantity{};
  std::int64_t unit_price{};
  std::int64_t minimum_price{};
  const std::vector<Fact>* facts{&kNoFacts};
};

struct CartView {
  Currency currency;
  std::vector<LineView> lines;
  std::span<const CartShipping> shipping;
  std::span<const std::string> codes;
  std::string_view country;
  std::string_view customer;
  std::optional<std::int64_t> customer_orders;
  std::string_view payment_method;
  std::span<const std::string> used_up;
  std::span<const std::string> segments{};
  std::optional<bool> prepaid{};
  std::optional<std::int64_t> cod_minutes{};
  std::span<const Fact> facts{};
  bool provisional{false};
};

enum class Class : unsigned char { kProduct, kOrder, kShipping, kPayment };
enum class Method : unsigned char { kEach, kAcross };

/// Where a part of a discount went: a line (index in the cart) or a shipping entry.
struct Allocation {
  bool shipping{false};
  std::size_t index{};
  std::int64_t amount{};  ///< > 0
};

struct Applied {
  std::string rule_id;
  std::string title;
  std::string code;  ///< As the rule spells it; empty for automatic rules.
  Class discount_class{Class::kOrder};
  Method method{Method::kAcross};
  std::int64_t priority{};  ///< Lower applies first.
  std::int64_t amount{};    ///< > 0, the sum of the allocations.
  std::vector<Allocation> allocations;
  bool limited{false};  ///< The rule has a usage limit: completion must record a redemption.
  std::optional<std::int64_t> per_customer_max;
  std::optional<std::int64_t> budget_max{};  ///< In the cart's currency: completion counts `amount` against it.
  bool provisional{false};  ///< Counts per customer, and the customer is not known yet: to be checked again.
};

/// Something the shopper gets on top, at no price: the caller adds the line, or leaves the gift out.
struct Gift {
  std::string rule_id;
  std::string title;
  std::string code;
  std::string sku;
  std::int64_t quantity{};
  bool skip_if_out_of_stock{true};  ///< Otherwise the shopper is told.
  bool limited{false};
  std::optional<std::int64_t> per_customer_max;
  bool provisional{false};
};

/// Why a code gave nothing. `reason` is a word of the agent protocols: "discount_code_invalid", "_expired",
/// "_already_applied", "_combination_disallowed", "_minimum_not_met", "_user_not_logged_in", "_user_ineligible",
/// "_usage_limit_reached".
struct RejectedCode {
  std::size_t index{};  ///< In cart.codes.
  std::string reason;
  std::string rule_id;  ///< Empty when no rule has this code.
  std::string code{};   ///< As the rule spells it; as the shopper did when no rule has it.
};

struct Outcome {
  std::vector<Applied> applied;
  std::vector<RejectedCode> rejected;
  std::vector<Gift> gifts{};
  /// Of product rules under best_deal: no choice among them takes more than this above what was taken. 0: the choice
  /// is proven to be the best.
  std::int64_t gap{};
  /// The next instant at which the result may change by time alone (a schedule begins or ends).
  std::optional<Instant> changes_at;
  /// The result may be another once shipping is chosen: a rule on shipping takes part, or a condition asks for it.
  bool awaits_shipping{false};
};

/// What became of one rule, for explain(). `reason` is a word of docs/discounts.md: "applied", "condition_not_met",
/// "superseded_by_better", "outside_schedule", "usage_limit_reached" ...
struct Explanation {
  std::string rule_id;
  std::string reason;
  std::string detail{};           ///< In short, for people: "cart.subtotal 1500 of 2000".
  std::string attribute{};        ///< Of the first comparison that fails.
  std::string needed{};           ///< What it asks for, in the words of the rule: "gte 2000".
  std::string actual{};           ///< What the cart has; empty when it has nothing.
  std::vector<std::string> by{};  ///< Rules that stand in the way.
  std::int64_t gain{};            ///< What the rule would have taken without them.
  std::int64_t best{};            ///< What a set of goods was weighed against: what they take in its place.
};

/// Uses so far of one limited rule; a hint when evaluating (the store decides at completion).
struct Usage {
  std::string rule_id;
  std::int64_t used{};
  std::vector<std::pair<Currency, std::int64_t>> spent{};  ///< Of its budget.
};

/// Says so in a list of them, whatever it said before; false when that is what it says.
bool note_spent(std::vector<Usage>& usage, std::string_view rule_id, Money spent);

/// The uses of a store's limited rules, sorted once when they are read: an evaluation looks up those of the rules that
/// the cart meets and never walks the others.
class UsageBook {
 public:
  UsageBook() = default;
  UsageBook(std::vector<Usage> entries);

  /// 0 for a rule without an entry.
  [[nodiscard]] std::int64_t used(std::string_view rule_id) const noexcept;
  [[nodiscard]] std::int64_t spent(std::string_view rule_id, Currency currency) const noexcept;

 private:
  [[nodiscard]] const Usage* find(std::string_view rule_id) const noexcept;

  std::vector<Usage> entries_;  ///< By rule id.
};

/// Who applies where rules of one class compete. kBestDeal: those that together take the most. kPriority: each takes
/// what the ones before it have left. kStackAll: all of them, also on the same units. kExclusive: the first one only.
enum class Policy : unsigned char { kBestDeal, kPriority, kStackAll, kExclusive };

/// What a store says beside its rules.
struct RuleSetup {
  std::vector<AttributeSpec> attributes{};
  std::array<Policy, 4> policies{Policy::kBestDeal, Policy::kPriority, Policy::kPriority, Policy::kPriority};
  std::function<bool(std::string_view)> knows_sku{};  ///< Empty: every gift is taken on trust.
};

class RuleSet;
using RuleSetPtr = std::shared_ptr<const RuleSet>;

/// Compiles rules (each a JSON object of the model). Every fault of every rule at once; null when there is any error.
[[nodiscard]] RuleSetPtr compile(const json::array& rules, std::vector<Problem>& problems);

/// The same, and `warnings` about rules that are sound and yet may not do what their author meant; a warning refuses
/// nothing. Nothing is warned of when there is any error.
[[nodiscard]] RuleSetPtr compile(const json::array& rules, std::vector<Problem>& problems,
                                 std::vector<Problem>& warnings);
[[nodiscard]] RuleSetPtr compile(const json::array& rules, const RuleSetup& setup, std::vector<Problem>& problems,
                                 std::vector<Problem>* warnings = nullptr);

/// A rule as a store keeps it: its id and its JSON.
struct RuleText {
  std::string_view id;
  std::string_view text;
};
/// The same from texts, of which one at a time is taken apart.
[[nodiscard]] RuleSetPtr compile_texts(std::span<const RuleText> rules, const RuleSetup& setup,
                                       std::vector<Problem>& problems);
/// What compile_texts() makes of these rules, at the cost of looking at each and parsing those of which the text is not
/// what `known` was made from. With too many of those, or whenever in doubt, it compiles all of them anew: then
/// changes_since_compile() is 0. A null `known`, or one of another setup, is no help.
[[nodiscard]] RuleSetPtr recompile_texts(const RuleSetPtr& known, std::span<const RuleText> rules,
                                         const RuleSetup& setup, std::vector<Problem>& problems);

/// The set with one rule added, replaced (same id) or taken out, at the cost of what was changed since compile() and
/// not of the whole. Null when the rule has faults, or there is none to take out. The old set stays as it is.
[[nodiscard]] RuleSetPtr with_rule(const RuleSet& rules, const json::value& rule, std::vector<Problem>& problems);
[[nodiscard]] RuleSetPtr without_rule(const RuleSet& rules, std::string_view id);
/// The same for several at once: `put` are added or replaced, and told by their places in that list where they have
/// faults; rules named in `out` go, if they are there.
[[nodiscard]] RuleSetPtr with_rules(const RuleSet& rules, const json::array& put, std::span<const std::string> out,
                                    std::vector<Problem>& problems);

/// The id of the rule that has this code, in any spelling; empty for none.
[[nodiscard]] std::string_view rule_of_code(const RuleSet& rules, std::string_view code) noexcept;

/// Of a set with new rules in it: the other rules that a warning about the new ones may be about, at most `most` that
/// stack with them; `all` turns false when there are more. Looks at every rule, and takes none apart.
struct Partners {
  std::vector<std::string> ids;
  bool all{true};
};
[[nodiscard]] Partners partners_of(const RuleSet& rules, std::span<const std::string> added, std::size_t most);
/// How many rules were added or taken out since compile(): from a few hundred on it pays to compile again.
[[nodiscard]] std::size_t changes_since_compile(const RuleSet& rules);
[[nodiscard]] std::size_t bytes_of(const RuleSet& rules);  ///< Memory held, working memory aside.

/// One text for all spellings of a rule that mean the same, and its SHA-256 in hex. `rule` is sound.
[[nodiscard]] std::string normal_form(const json::object& rule);
[[nodiscard]] std::string rule_hash(const json::object& rule);

/// Deterministic: the same arguments give the same result. Sums reconcile: no line or shipping entry below zero. Only
/// rules that share a value or a reached threshold with the cart are looked at. Any number of threads at once.
[[nodiscard]] Outcome evaluate(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now,
                               Rounding rounding);
[[nodiscard]] Outcome evaluate(const RuleSet& rules, const Cart& cart, const UsageBook& usage, Instant now,
                               Rounding rounding);

/// What applied, in short and without copies: for whoever asks often. Valid until the next use of the desk.
struct Taken {
  std::string_view rule_id;
  Class discount_class{};
  std::int64_t amount{};
  std::span<const Allocation> allocations;
};

/// Working memory that an owner keeps from one evaluation to the next: after the first few, none allocates. One thread
/// at a time.
class Desk {
 public:
  Desk();
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  [[nodiscard]] std::span<const Taken> evaluate(const RuleSetPtr& rules, const CartView& cart, const UsageBook& usage,
                                                Instant now, Rounding rounding);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What became of the named rules (by id, else by one of their codes) in evaluate() with the same arguments: for each
/// name in turn at least one entry. Costs an evaluation and some text: for a person who asks, not for every quote.
[[nodiscard]] std::vector<Explanation> explain(const RuleSet& rules, const Cart& cart, const UsageBook& usage,
                                               Instant now, Rounding rounding, std::span<const std::string> names);

/// How little is missing for a rule to take something, or more than it does now.
struct Nudge {
  std::string rule_id;
  std::string title;
  std::string code{};  ///< As the rule spells it; empty for automatic rules.
  Class discount_class{};
  bool by_quantity{false};  ///< Units are missing; otherwise goods of an amount.
  std::int64_t missing{};   ///< > 0: units, or minor units of goods that no rule singles out.
  std::int64_t gain{};      ///< What it then takes more of the goods and the shipping that are there; 0 of a gift.
};
/// Rules that only one threshold on the cart's subtotal or quantity keeps from applying, and next tiers of those that
/// do: what least addition makes each take something, proven by an evaluation of the cart with that addition. The
/// nearest `most` by amount, then as many by quantity. Of shipping rules only once a method is chosen, and never of
/// sets. Bounded work: at most a few thousand rules are looked at and 32 evaluations made, so that of a store with very
/// many the nearest may be missing. For a person who looks at a cart, not for every quote.
[[nodiscard]] std::vector<Nudge> nudges(const RuleSet& rules, const CartView& cart, const UsageBook& usage, Instant now,
                                        Rounding rounding, std::size_t most);

/// Usage limits of a rule as the store keeps them (`limits.global`), nullopt for none.
struct RuleLimit {
  std::string rule_id;
  std::optional<std::int64_t> global;
  std::optional<std::int64_t> per_customer;
  std::vector<std::pair<Currency, std::int64_t>> budget{};
};
[[nodiscard]] std::vector<RuleLimit> limits_of(const RuleSet& rules);

/// Some rule asks how often the customer has ordered; otherwise nobody needs to count that for a cart.
[[nodiscard]] bool counts_orders(const RuleSet& rules) noexcept;

/// The same of the segments in which the customer is.
[[nodiscard]] bool asks_segments(const RuleSet& rules) noexcept;

/// A cart as a view of itself.
[[nodiscard]] CartView view_of(const Cart& cart);

}  // namespace kassa::discounts
