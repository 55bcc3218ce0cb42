#include "discounts/read.hpp"

#include <algorithm>
#include <limits>

namespace kassa::discounts {

std::string Path::text() const {
  if (root_) return {};
  std::string out = parent_ == nullptr ? std::string{} : parent_->text();
  out += '/';
  if (indexed_) return out + std::to_string(index_);
  for (const char c : key_) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void fault(Problems& problems, const Path& path, std::string code, std::string message, std::string hint) {
  problems.push_back({path.text(), std::move(code), std::move(message), std::move(hint)});
}

void fault(Problems& problems, std::string path, std::string code, std::string message, std::string hint) {
  problems.push_back({std::move(path), std::move(code), std::move(message), std::move(hint)});
}

void refuse_other_members(const json::object& object, const Path& path, std::initializer_list<std::string_view> known,
                          Problems& problems) {
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::ranges::find(known, key) != known.end()) continue;
    std::string hint = "Known here:";
    for (const std::string_view name : known) hint.append(" ").append(name);
    fault(problems, below(path, key), "unknown_member", "This member is not known here.", std::move(hint) + ".");
  }
}

std::optional<std::int64_t> read_whole(const json::value& value, const Path& path, Problems& problems) {
  if (!value.is_number()) {
    fault(problems, path, "type_mismatch", "This must be a whole number.");
    return std::nullopt;
  }
  constexpr auto kSignedMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64() && value.get_uint64() <= kSignedMax) return static_cast<std::int64_t>(value.get_uint64());
  fault(problems, path, "value_not_integer", "This number is not whole, or too large.",
        "Write amounts in minor units and percentages in basis points: 10.5 % is 1050.");
  return std::nullopt;
}

std::optional<std::int64_t> read_amount(const json::value& value, const Path& path, Problems& problems) {
  const auto amount = read_whole(value, path, problems);
  if (!amount) return std::nullopt;
  if (*amount < 0) {
    fault(problems, path, "amount_negative", "An amount cannot be negative.",
          "Write what is taken off as a positive number.");
    return std::nullopt;
  }
  if (*amount > kAmountMinorMax) {
    fault(problems, path, "out_of_range", "This amount is too large.", "Use at most 10^15 minor units.");
    return std::nullopt;
  }
  return amount;
}

std::optional<Currency> read_currency(std::string_view code, const Path& path, Problems& problems) {
  const auto currency = Currency::from_code(code);
  if (!currency) {
    fault(problems, path, "currency_unknown", "This is not an ISO 4217 currency.",
          "Use a code such as \"EUR\", in capitals.");
  }
  return currency;
}

AmountMap read_amounts(const json::value& value, const Path& path, Problems& problems) {
  AmountMap map;
  if (value.is_number()) {
    fault(problems, path, "currency_missing", "This amount names no currency.", "Write it as {\"EUR\": 1000}.");
    return map;
  }
  if (!value.is_object()) {
    fault(problems, path, "type_mismatch", "This must be an object of amounts by currency.",
          "Write it as {\"EUR\": 1000}.");
    return map;
  }
  if (value.get_object().empty()) fault(problems, path, "currency_missing", "This names no currency.");
  for (const auto& member : value.get_object()) {
    const Path here = below(path, member.key());
    const auto currency = read_currency(member.key(), here, problems);
    const auto amount = read_amount(member.value(), here, problems);
    if (currency && amount) map.entries.emplace_back(*currency, *amount);
  }
  return map;
}

AmountMap require_amounts(const json::object& object, std::string_view key, const Path& path, Problems& problems) {
  const json::value* const amounts = require_member(object, key, path, problems);
  return amounts == nullptr ? AmountMap{} : read_amounts(*amounts, below(path, key), problems);
}

const json::value* require_member(const json::object& object, std::string_view key, const Path& path,
                                  Problems& problems) {
  const json::value* const value = object.if_contains(key);
  if (value != nullptr && !value->is_null()) return value;
  fault(problems, below(path, key), "required", "This is required.");
  return nullptr;
}

}  // namespace kassa::discounts
