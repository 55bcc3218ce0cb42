#pragma once
// The compiled rules. Private to discounts/: the rest of the house holds a RuleSet by shared pointer and
// never looks inside. Immutable after compile() except for the pool of working memory, which is safe to share, so any
// number of threads may evaluate with it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/index.hpp"
#include "discounts/predicate.hpp"
#include "discounts/scratch_pool.hpp"
#include "discounts/values.hpp"

namespace kassa::discounts {

inline constexpr std::size_t kClasses = 4;

/// A set of classes, one bit each.
using ClassMask = std::uint8_t;
[[nodiscard]] constexpr ClassMask bit_of(Class c) noexcept {
  return static_cast<ClassMask>(1U << static_cast<unsigned>(c));
}

/// Minor units per currency; a handful of entries, so a scan beats a tree.
struct AmountMap {
  std::vector<std::pair<Currency, std::int64_t>> entries;

  [[nodiscard]] const std::int64_t* find(Currency currency) const noexcept {
    for (const auto& entry : entries) {
      if (entry.first == currency) return &entry.second;
    }
    return nullptr;
  }
};

/// What a rule takes off: a share of a base, or an amount.
struct Effect {
  bool percent{true};
  std::int64_t bps{};
  AmountMap amounts;
  AmountMap max_amount;  ///< Empty: no ceiling.
};

enum class TierOn : unsigned char { kNothing, kCartSubtotal, kCartQuantity, kLineQuantity };

/// Reached from its threshold on. Thresholds of counts are kept under currency XXX.
struct Tier {
  AmountMap from;
  Effect effect;
};

/// A plain percent or amount is one tier on nothing.
struct Value {
  TierOn on{TierOn::kNothing};
  Basis basis{Basis::kOriginal};
  std::vector<Tier> tiers;
};

struct Limits {
  std::optional<std::int64_t> global;
  std::optional<std::int64_t> per_customer;
  std::optional<std::int64_t> per_order;
};

/// What decides whether a rule applies comes first, so that a refused rule costs few cache lines.
struct Rule {
  Class discount_class{Class::kOrder};
  Method method{Method::kAcross};
  ClassMask combines{};
  bool combine_given{false};  ///< The merchant wrote `combine`; otherwise it is the default of the class.
  std::int64_t priority{};
  std::optional<Instant> starts_at;
  std::optional<Instant> ends_at;
  Predicate when;
  Predicate target;
  Value value;
  Limits limits;
  std::string id;
  std::string title;
  std::vector<std::string> codes;      ///< Folded to lower case; empty for an automatic rule.
  std::vector<std::string> spellings;  ///< Of the codes, as the merchant wrote them.

  [[nodiscard]] bool limited() const noexcept { return limits.global.has_value() || limits.per_customer.has_value(); }
};

/// Which rule a code belongs to, and which of its codes it is.
struct CodeRef {
  std::uint32_t rule{};
  std::uint32_t spelling{};
};

class RuleSet {
 public:
  std::vector<Rule> rules;                                     ///< By priority, then id.
  std::array<std::vector<std::uint32_t>, kClasses> automatic;  ///< Per class, in that order.
  std::unordered_map<std::string, CodeRef> by_code;            ///< By folded code.
  std::unordered_map<std::string, std::uint32_t> by_id;
  ValueTable values;           ///< Every text that a condition asks for.
  RuleIndex index;             ///< Of the automatic rules.
  bool reads_shipping{false};  ///< Some condition asks for the shipping method.
  mutable ScratchPool pool;
};

/// How a code is compared: without spaces at its ends, ASCII letters in lower case.
[[nodiscard]] std::string fold_code(std::string_view code);

}  // namespace kassa::discounts
