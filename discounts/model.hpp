#pragma once
// A rule as parsed: plain values, nothing shared. Private to discounts/; lives from the parser until
// segment_builder.cpp has packed it, one rule at a time.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
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
[[nodiscard]] constexpr std::size_t place_of(Class c) noexcept { return static_cast<std::size_t>(c); }

/// Minor units per currency; a handful of entries, so a scan beats a tree.
struct AmountMap {
  std::vector<std::pair<Currency, std::int64_t>> entries;

  [[nodiscard]] bool empty() const noexcept { return entries.empty(); }
  [[nodiscard]] const std::int64_t* find(Currency currency) const noexcept {
    for (const auto& entry : entries) {
      if (entry.first == currency) return &entry.second;
    }
    return nullptr;
  }
  friend bool operator==(const AmountMap&, const AmountMap&) = default;
};

/// What a rule takes off: a share of a base, an amount, or all above a price.
enum class EffectKind : unsigned char { kPercent, kAmount, kPrice };

struct Effect {
  EffectKind kind{EffectKind::kPercent};
  std::int64_t bps{};
  AmountMap amounts;     ///< Taken off, or the price that is left.
  AmountMap max_amount;  ///< Empty: no ceiling.
  friend bool operator==(const Effect&, const Effect&) = default;
};

enum class TierOn : unsigned char { kNothing, kCartSubtotal, kCartQuantity, kLineQuantity };

/// Reached from its threshold on. Thresholds of counts are kept under currency XXX.
struct Tier {
  AmountMap from;
  Effect effect;
  friend bool operator==(const Tier&, const Tier&) = default;
};

/// Who gets the units that proportional shares leave over.
enum class Remainder : unsigned char { kLargest, kFirstLines, kLastLine };

struct GiftValue {
  std::string sku;
  std::int64_t quantity{1};
  bool skip{true};
  friend bool operator==(const GiftValue&, const GiftValue&) = default;
};

/// A plain percent, amount or price is one tier on nothing; a gift has no tier.
struct Value {
  TierOn on{TierOn::kNothing};
  Basis basis{Basis::kOriginal};
  Remainder remainder{Remainder::kLargest};
  std::vector<Tier> tiers;
  AmountMap minimum_price;  ///< Per unit; nothing is taken below it.
  std::optional<GiftValue> gift;
  friend bool operator==(const Value&, const Value&) = default;
};

/// Goods that a set asks for.
struct Part {
  Predicate where;
  std::int64_t quantity{1};
};

enum class SetKind : unsigned char { kNone, kBuyGet, kBundle };
enum class Pick : unsigned char { kCheapest, kMostExpensive };

struct Limits {
  std::optional<std::int64_t> global;
  std::optional<std::int64_t> per_customer;
  std::optional<std::int64_t> per_order;
  AmountMap budget;

  /// Of which uses or money are counted outside.
  [[nodiscard]] bool counted() const noexcept { return global || per_customer || !budget.empty(); }
};

struct Combine {
  ClassMask classes{};
  bool given{false};  ///< The merchant wrote `classes`; otherwise it is the default of the class.
  bool exclusive{false};
  std::string group;
  Policy policy{Policy::kBestDeal};
  std::vector<std::string> tags;     ///< Of this rule.
  std::vector<std::string> with;     ///< Every other rule must have one of these.
  std::vector<std::string> without;  ///< No other rule may have one of these.
};

/// Minutes of a week's days, [from, to); `to` beyond 1440 reaches into the next day.
struct WeekWindow {
  std::uint8_t days{};  ///< Bit 0 is Sunday.
  std::uint16_t from{};
  std::uint16_t to{};
  friend bool operator==(const WeekWindow&, const WeekWindow&) = default;
};

struct Schedule {
  std::optional<Instant> starts_at;
  std::optional<Instant> ends_at;
  std::string zone;
  std::vector<WeekWindow> windows;
};

struct Rule {
  std::string id;
  std::string title;
  Class discount_class{Class::kOrder};
  Method method{Method::kAcross};
  std::int64_t priority{};
  Predicate when;
  Predicate target;
  Value value;
  SetKind set{SetKind::kNone};
  std::vector<Part> parts;  ///< Of a bundle; buy and get.
  Pick pick{Pick::kCheapest};
  Limits limits;
  Combine combine;
  Schedule schedule;
  std::vector<std::string> codes;      ///< Folded to lower case; empty for an automatic rule.
  std::vector<std::string> spellings;  ///< Of the codes, as the merchant wrote them.
  std::uint64_t stamp{};               ///< Of the text it was parsed from; 0: of none.
};

/// How a code is compared: without spaces at its ends, ASCII letters in lower case.
[[nodiscard]] std::string fold_code(std::string_view code);

}  // namespace kassa::discounts
