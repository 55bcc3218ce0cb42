#include <algorithm>

#include "discounts/parse_rule.hpp"

namespace kassa::discounts {
namespace {

constexpr std::int64_t kBpsWhole = 10'000;

class ValueParser {
 public:
  ValueParser(Class discount_class, Problems& problems) : class_(discount_class), problems_(problems) {}

  Value parse(const json::object& object, const Path& path) {
    Value out;
    const json::value* const type = require_member(object, "type", path, problems_);
    if (type == nullptr) return out;
    if (*type == "percent") {
      refuse_other_members(object, path, {"type", "bps", "max_amount"}, problems_);
      Tier tier;
      tier.effect = percent(object, path);
      out.tiers.push_back(std::move(tier));
    } else if (*type == "amount") {
      refuse_other_members(object, path, {"type", "amounts"}, problems_);
      Tier tier;
      tier.effect = amount(object, path);
      out.tiers.push_back(std::move(tier));
    } else if (*type == "tiers") {
      tiers(object, path, out);
    } else {
      other_type(*type, below(path, "type"));
    }
    return out;
  }

 private:
  void other_type(const json::value& type, const Path& path) {
    static constexpr std::array<std::string_view, 5> kLater{"gift", "fixed_price", "bundle", "buy_get", "cheapest"};
    const bool later =
        type.is_string() && std::ranges::find(kLater, std::string_view{type.get_string()}) != kLater.end();
    if (later) {
      fault(problems_, path, "not_supported_yet", "This kind of value is not supported yet.",
            "Use percent, amount or tiers.");
    } else {
      fault(problems_, path, "unknown_value", "There is no such kind of value.", "Use percent, amount or tiers.");
    }
  }

  Effect percent(const json::object& object, const Path& path) {
    Effect out;
    const json::value* const bps = require_member(object, "bps", path, problems_);
    const auto number = bps == nullptr ? std::nullopt : read_whole(*bps, below(path, "bps"), problems_);
    if (number && (*number < 0 || *number > kBpsWhole)) {
      fault(problems_, below(path, "bps"), "percent_out_of_range",
            "A percentage lies between 0 and 10000 basis points.", "1000 is 10 %.");
    }
    out.bps = number.value_or(0);
    if (const json::value* const most = object.if_contains("max_amount"); most != nullptr && !most->is_null()) {
      out.max_amount = read_amounts(*most, below(path, "max_amount"), problems_);
    }
    return out;
  }

  Effect amount(const json::object& object, const Path& path) {
    Effect out;
    out.percent = false;
    const json::value* const amounts = require_member(object, "amounts", path, problems_);
    if (amounts != nullptr) out.amounts = read_amounts(*amounts, below(path, "amounts"), problems_);
    return out;
  }

  void tiers(const json::object& object, const Path& path, Value& out) {
    refuse_other_members(object, path, {"type", "on", "basis", "tiers"}, problems_);
    out.basis = default_basis(class_);
    tier_source(object, path, out);
    const json::value* const list = require_member(object, "tiers", path, problems_);
    if (list == nullptr) return;
    const Path here = below(path, "tiers");
    const json::array* const array = list->if_array();
    if (array == nullptr) return fault(problems_, here, "type_mismatch", "This must be an array of tiers.");
    if (array->empty()) return fault(problems_, here, "empty_value_set", "There is no tier.");
    if (array->size() > kTiersMax) {
      return fault(problems_, here, "too_many_values", "There are too many tiers.", "Use at most 100.");
    }
    for (std::size_t i = 0; i < array->size(); ++i) out.tiers.push_back(tier((*array)[i], below(here, i), out.on));
    for (std::size_t i = 1; i < out.tiers.size(); ++i) {
      compare_tiers(out.tiers[i - 1], out.tiers[i], below(below(here, i), "gte"));
    }
  }

  void tier_source(const json::object& object, const Path& path, Value& out) {
    const json::value* const on = require_member(object, "on", path, problems_);
    const Path here = below(path, "on");
    if (on != nullptr) {
      if (*on == "cart.subtotal") out.on = TierOn::kCartSubtotal;
      if (*on == "cart.quantity") out.on = TierOn::kCartQuantity;
      if (*on == "line.quantity") out.on = TierOn::kLineQuantity;
      if (out.on == TierOn::kNothing) {
        fault(problems_, here, "unknown_attribute", "Tiers cannot depend on this.",
              "Use cart.subtotal, cart.quantity, or line.quantity in a product rule.");
      }
      if (out.on == TierOn::kLineQuantity && class_ != Class::kProduct) {
        fault(problems_, here, "attribute_out_of_scope", "Only a product rule looks at single lines.",
              "Use cart.quantity.");
      }
    }
    const json::value* const basis = object.if_contains("basis");
    if (basis == nullptr) return;
    if (*basis != "original" && *basis != "running") {
      fault(problems_, below(path, "basis"), "unknown_value", "There is no such basis.",
            R"(Use "original" or "running".)");
    }
    out.basis = *basis == "original" ? Basis::kOriginal : Basis::kRunning;
  }

  Tier tier(const json::value& value, const Path& path, TierOn on) {
    Tier out;
    const json::object* const object = value.if_object();
    if (object == nullptr) {
      fault(problems_, path, "type_mismatch", "A tier must be an object.");
      return out;
    }
    refuse_other_members(*object, path, {"gte", "bps", "amounts", "max_amount"}, problems_);
    if (const json::value* const from = require_member(*object, "gte", path, problems_)) {
      const Path here = below(path, "gte");
      if (on == TierOn::kCartSubtotal) {
        out.from = read_amounts(*from, here, problems_);
      } else if (const auto count = read_amount(*from, here, problems_)) {
        out.from.entries.emplace_back(Currency{}, *count);
      }
    }
    const bool both = object->contains("bps") && object->contains("amounts");
    if (both)
      fault(problems_, below(path, "amounts"), "unknown_member", "A tier is a percentage or an amount, not both.");
    out.effect = object->contains("amounts") ? amount(*object, path) : percent(*object, path);
    return out;
  }

  void compare_tiers(const Tier& lower, const Tier& higher, const Path& path) {
    for (const auto& [currency, from] : lower.from.entries) {
      const std::int64_t* const next = higher.from.find(currency);
      if (next == nullptr) {
        fault(problems_, path, "currency_missing", "This tier lacks a currency of the tier below it.",
              "Add " + std::string(currency.code()) + ".");
      } else if (*next == from) {
        fault(problems_, path, "unreachable_tier",
              "The tier before this one starts at the same point, so it is never used.");
      } else if (*next < from) {
        fault(problems_, path, "tiers_not_ascending", "Tiers must rise.", "Sort them by \"gte\".");
      }
    }
    for (const auto& entry : higher.from.entries) {
      if (lower.from.find(entry.first) != nullptr || lower.from.entries.empty()) continue;
      fault(problems_, path, "currency_missing", "The tier below lacks a currency of this one.",
            "Add " + std::string(entry.first.code()) + " there.");
    }
  }

  Class class_;
  Problems& problems_;
};

}  // namespace

Value parse_value(const json::value& value, const Path& path, Class discount_class, Problems& problems) {
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    fault(problems, path, "type_mismatch", "This must be an object.", R"(Write {"type":"percent","bps":1000}.)");
    return {};
  }
  return ValueParser(discount_class, problems).parse(*object, path);
}

}  // namespace kassa::discounts
