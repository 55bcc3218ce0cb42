#include <algorithm>

#include "discounts/parse_rule.hpp"

namespace kassa::discounts {
namespace {

constexpr std::int64_t kBpsWhole = 10'000;

class ValueParser {
 public:
  ValueParser(Class discount_class, const ParseContext& context, Problems& problems)
      : class_(discount_class), context_(context), problems_(problems) {}

  Value parse(const json::object& object, const Path& path) {
    Value out;
    const json::value* const type = require_member(object, "type", path, problems_);
    if (type == nullptr) return out;
    if (*type == "percent") {
      refuse_other_members(object, path, {"type", "bps", "max_amount", "minimum_price", "rounding"}, problems_);
      out.tiers.emplace_back().effect = percent(object, path);
    } else if (*type == "amount") {
      refuse_other_members(object, path, {"type", "amounts", "minimum_price", "rounding"}, problems_);
      out.tiers.emplace_back().effect = amount(object, "amounts", EffectKind::kAmount, path);
    } else if (*type == "fixed_price") {
      refuse_other_members(object, path, {"type", "amounts", "minimum_price", "rounding"}, problems_);
      only_for_products(below(path, "type"));
      out.tiers.emplace_back().effect = amount(object, "amounts", EffectKind::kPrice, path);
    } else if (*type == "tiers") {
      refuse_other_members(object, path, {"type", "on", "basis", "tiers", "minimum_price", "rounding"}, problems_);
      tiers(object, path, out);
    } else if (*type == "gift") {
      refuse_other_members(object, path, {"type", "sku", "quantity", "if_out_of_stock"}, problems_);
      gift(object, path, out);
    } else {
      fault(problems_, below(path, "type"), "unknown_value", "There is no such kind of value.",
            "Use percent, amount, tiers, fixed_price or gift.");
    }
    options(object, path, out);
    return out;
  }

 private:
  void only_for_products(const Path& path) {
    if (class_ == Class::kProduct) return;
    fault(problems_, path, "unknown_value", "Only a product rule sets prices.", "Use class \"product\", or an amount.");
  }

  void options(const json::object& object, const Path& path, Value& out) {
    if (const json::value* const least = object.if_contains("minimum_price"); least != nullptr && !least->is_null()) {
      out.minimum_price = read_amounts(*least, below(path, "minimum_price"), problems_);
      if (class_ == Class::kShipping)
        fault(problems_, below(path, "minimum_price"), "unknown_member", "Shipping has no minimum price.");
    }
    const json::value* const rounding = object.if_contains("rounding");
    if (rounding == nullptr || *rounding == "largest_remainder") return;
    out.remainder = *rounding == "first_lines" ? Remainder::kFirstLines : Remainder::kLastLine;
    if (*rounding == "first_lines" || *rounding == "last_line") return;
    fault(problems_, below(path, "rounding"), "unknown_value", "There is no such rounding.",
          "Use largest_remainder, first_lines or last_line.");
  }

  void gift(const json::object& object, const Path& path, Value& out) {
    GiftValue& made = out.gift.emplace();
    if (class_ != Class::kProduct)
      fault(problems_, below(path, "type"), "unknown_value", "Only a product rule gives gifts.",
            "Use class \"product\".");
    if (const json::value* const sku = require_member(object, "sku", path, problems_)) {
      const Path here = below(path, "sku");
      if (!sku->is_string() || sku->get_string().empty()) {
        fault(problems_, here, "type_mismatch", "This must be a SKU.");
      } else {
        made.sku = sku->get_string();
        if (context_.setup.knows_sku && !context_.setup.knows_sku(made.sku))
          fault(problems_, here, "gift_sku_unknown", "The catalogue has no such SKU.");
      }
    }
    if (const json::value* const quantity = object.if_contains("quantity"); quantity != nullptr) {
      const Path here = below(path, "quantity");
      made.quantity = read_whole(*quantity, here, problems_).value_or(1);
      if (made.quantity < 1 || made.quantity > kPartQuantityMax)
        fault(problems_, here, "out_of_range", "A quantity lies between 1 and 1000.");
    }
    const json::value* const stock = object.if_contains("if_out_of_stock");
    if (stock == nullptr || *stock == "skip") return;
    made.skip = false;
    if (*stock != "warn")
      fault(problems_, below(path, "if_out_of_stock"), "unknown_value", "There is no such choice.",
            R"(Use "skip" or "warn".)");
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

  Effect amount(const json::object& object, std::string_view key, EffectKind kind, const Path& path) {
    Effect out;
    out.kind = kind;
    out.amounts = require_amounts(object, key, path, problems_);
    return out;
  }

  void tiers(const json::object& object, const Path& path, Value& out) {
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
      const Path place = below(here, i);
      compare_tiers(out.tiers[i - 1], out.tiers[i], below(place, "gte"));
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
    refuse_other_members(*object, path, {"gte", "bps", "amounts", "max_amount", "price"}, problems_);
    if (const json::value* const from = require_member(*object, "gte", path, problems_)) {
      const Path here = below(path, "gte");
      if (on == TierOn::kCartSubtotal) {
        out.from = read_amounts(*from, here, problems_);
      } else if (const auto count = read_amount(*from, here, problems_)) {
        out.from.entries.emplace_back(Currency{}, *count);
      }
    }
    const bool share = object->contains("bps");
    const bool price = object->contains("price");
    if (object->contains("amounts") && (share || price))
      fault(problems_, below(path, "amounts"), "unknown_member", "A tier is a percentage or an amount, not both.");
    if (share && price)
      fault(problems_, below(path, "price"), "unknown_member", "A tier is a percentage or a price, not both.");
    if (price) {
      only_for_products(below(path, "price"));
      out.effect = amount(*object, "price", EffectKind::kPrice, path);
    } else if (object->contains("amounts")) {
      out.effect = amount(*object, "amounts", EffectKind::kAmount, path);
    } else {
      out.effect = percent(*object, path);
    }
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
  const ParseContext& context_;
  Problems& problems_;
};

}  // namespace

Value parse_value(const json::value& value, const Path& path, Class discount_class, const ParseContext& context,
                  Problems& problems) {
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    fault(problems, path, "type_mismatch", "This must be an object.", R"(Write {"type":"percent","bps":1000}.)");
    return {};
  }
  return ValueParser(discount_class, context, problems).parse(*object, path);
}

}  // namespace kassa::discounts
