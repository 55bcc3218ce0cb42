#pragma once
// The compiled rules. Private to discounts/: the rest of the house holds a RuleSet by shared pointer and
// never looks inside. Immutable after compile(), so any number of threads may evaluate with it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/predicate.hpp"

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

struct Rule {
  std::string id;
  std::string title;
  Class discount_class{Class::kOrder};
  Method method{Method::kAcross};
  std::int64_t priority{};
  std::vector<std::string> codes;  ///< Folded to lower case; empty for an automatic rule.
  Predicate when;
  Predicate target;
  Value value;
  Limits limits;
  ClassMask combines{};
  std::optional<Instant> starts_at;
  std::optional<Instant> ends_at;

  [[nodiscard]] bool limited() const noexcept {
    return limits.global.has_value() || limits.per_customer.has_value();
  }
};

class RuleSet {
 public:
  std::vector<Rule> rules;                                     ///< By priority, then id.
  std::array<std::vector<std::uint32_t>, kClasses> automatic;  ///< Per class, in that order.
  std::unordered_map<std::string, std::uint32_t> by_code;      ///< Folded code -> rule.
  std::unordered_map<std::string, std::uint32_t> by_id;
};

/// How a code is compared: without spaces at its ends, ASCII letters in lower case.
[[nodiscard]] std::string fold_code(std::string_view code);

}  // namespace kassa::discounts
