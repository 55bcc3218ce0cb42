#include <algorithm>
#include <limits>

#include "discounts/parse_predicate.hpp"
#include "services/base/text.hpp"

namespace kassa::discounts {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr const char* kTimeHint = "Write it as 2026-11-20T00:00:00+05:30.";
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

bool is_negative(Op op) noexcept { return op == Op::kNe || op == Op::kNoneOf; }

/// Every comparison as a closed interval. kLt with the lowest number would wrap, but amounts and counts are
/// never there.
Interval interval_of(Op op, Currency currency, std::int64_t value) {
  Interval out;
  out.currency = currency;
  out.low = kLowest;
  out.high = kHighest;
  if (op == Op::kGt || op == Op::kGte) {
    out.low = op == Op::kGt && value < kHighest ? value + 1 : value;
  } else if (op == Op::kLt || op == Op::kLte) {
    out.high = op == Op::kLt && value > kLowest ? value - 1 : value;
  } else {
    out.low = out.high = value;
  }
  return out;
}

std::string upper_ascii(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

bool PredicateParser::check_count(const json::array& values, const Path& path) {
  if (values.empty()) {
    fault(problems_, path, "empty_value_set", "This list is empty.", "Name at least one value.");
    return false;
  }
  if (values.size() > kValuesPerLeafMax) {
    fault(problems_, path, "too_many_values", "This list is too long.", "Use at most 1000 values, or a tag.");
    return false;
  }
  return true;
}

void PredicateParser::leaf_value(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path,
                                 Node& node) {
  node.negate = is_negative(op.op);
  if (op.op == Op::kExists) {
    node.kind = NodeKind::kExists;
    if (!value.is_bool()) {
      fault(problems_, path, "type_mismatch", "This must be true or false.");
      return;
    }
    node.negate = !value.get_bool();
    return;
  }
  if (row.type == AttributeType::kNumber) return numbers(op, value, path, node);
  if (row.type == AttributeType::kMoney) return money(op, value, path, node);
  if (row.type == AttributeType::kBool) return truth(value, path, node);
  if (row.type == AttributeType::kTime) return time(op, value, path, node);
  texts(op, row, value, path, node);
}

void PredicateParser::text(const AttributeRow& row, const json::value& value, const Path& path) {
  if (!value.is_string()) {
    fault(problems_, path, "type_mismatch", "This must be a string.");
    return;
  }
  std::string made(value.get_string().data(), value.get_string().size());
  if (made.empty()) {
    fault(problems_, path, "empty_value_set", "This text is empty.",
          R"(Ask for absence with {"op":"exists","value":false}.)");
  }
  const bool code = row.attribute == Attribute::kCartCountry || row.attribute == Attribute::kCartCurrency;
  if (code) made = upper_ascii(std::move(made));
  if (row.attribute == Attribute::kCartCurrency) static_cast<void>(read_currency(made, path, problems_));
  out_->texts.push_back(std::move(made));
}

void PredicateParser::texts(const OpRow& op, const AttributeRow& row, const json::value& value, const Path& path,
                            Node& node) {
  node.kind = NodeKind::kText;
  node.first = static_cast<std::uint32_t>(out_->texts.size());
  if (op.op == Op::kEq || op.op == Op::kNe || op.op == Op::kPrefix) {
    if (op.op == Op::kPrefix) node.match = TextMatch::kPrefix;
    text(row, value, path);
  } else {
    if (op.op == Op::kAllOf) node.match = TextMatch::kEvery;
    const json::array* const values = value.if_array();
    if (values == nullptr) {
      fault(problems_, path, "type_mismatch", "This must be an array of strings.");
      return;
    }
    if (!check_count(*values, path)) return;
    for (std::size_t i = 0; i < values->size(); ++i) text(row, (*values)[i], below(path, i));
  }
  const auto begin = out_->texts.begin() + static_cast<std::ptrdiff_t>(node.first);
  std::sort(begin, out_->texts.end());
  out_->texts.erase(std::unique(begin, out_->texts.end()), out_->texts.end());
  node.count = static_cast<std::uint16_t>(out_->texts.size() - node.first);
}

void PredicateParser::interval(const OpRow& op, Currency currency, const json::value& value, const Path& path) {
  if (op.op != Op::kBetween) {
    const auto number = read_whole(value, path, problems_);
    if (number) out_->intervals.push_back(interval_of(op.op, currency, *number));
    return;
  }
  const json::array* const ends = value.if_array();
  if (ends == nullptr || ends->size() != 2) {
    fault(problems_, path, "type_mismatch", "This must be an array of two numbers.",
          "Write [lowest, highest]; both belong to it.");
    return;
  }
  const auto low = read_whole((*ends)[0], below(path, std::size_t{0}), problems_);
  const auto high = read_whole((*ends)[1], below(path, std::size_t{1}), problems_);
  if (!low || !high) return;
  if (*low > *high) {
    fault(problems_, path, "always_false", "No number lies between these.", "Write the lower number first.");
    return;
  }
  out_->intervals.push_back(Interval{currency, *low, *high});
}

void PredicateParser::numbers(const OpRow& op, const json::value& value, const Path& path, Node& node) {
  node.kind = NodeKind::kNumber;
  node.first = static_cast<std::uint32_t>(out_->intervals.size());
  if (op.op == Op::kAnyOf || op.op == Op::kNoneOf) {
    const json::array* const values = value.if_array();
    if (values == nullptr) {
      fault(problems_, path, "type_mismatch", "This must be an array of whole numbers.");
      return;
    }
    if (!check_count(*values, path)) return;
    for (std::size_t i = 0; i < values->size(); ++i) interval(op, Currency{}, (*values)[i], below(path, i));
  } else {
    interval(op, Currency{}, value, path);
  }
  node.count = static_cast<std::uint16_t>(out_->intervals.size() - node.first);
}

void PredicateParser::truth(const json::value& value, const Path& path, Node& node) {
  node.kind = NodeKind::kNumber;
  node.first = static_cast<std::uint32_t>(out_->intervals.size());
  node.count = 1;
  if (!value.is_bool()) return fault(problems_, path, "type_mismatch", "This must be true or false.");
  const std::int64_t number = value.get_bool() ? 1 : 0;
  out_->intervals.push_back(Interval{Currency{}, number, number});
}

void PredicateParser::time(const OpRow& op, const json::value& value, const Path& path, Node& node) {
  bool sound = true;
  const auto instant = [&](const json::value& text, const Path& where) {
    const auto made = text.is_string() ? from_rfc3339(text.get_string()) : std::nullopt;
    if (!made) fault(problems_, where, "bad_time", "This is not an RFC 3339 time.", kTimeHint);
    sound = sound && made;
    return made ? to_millis(*made) : 0;
  };
  node.kind = NodeKind::kNumber;
  node.first = static_cast<std::uint32_t>(out_->intervals.size());
  node.count = 1;
  if (op.op != Op::kBetween) {
    out_->intervals.push_back(interval_of(op.op, Currency{}, instant(value, path)));
    return;
  }
  const json::array* const ends = value.if_array();
  if (ends == nullptr || ends->size() != 2) {
    return fault(problems_, path, "type_mismatch", "This must be an array of two times.",
                 "Write [first, last]; both belong to it.");
  }
  const std::int64_t low = instant((*ends)[0], below(path, std::size_t{0}));
  const std::int64_t high = instant((*ends)[1], below(path, std::size_t{1}));
  if (sound && low > high)
    fault(problems_, path, "always_false", "No time lies between these.", "Write the earlier one first.");
  out_->intervals.push_back(Interval{Currency{}, low, high});
}

void PredicateParser::money(const OpRow& op, const json::value& value, const Path& path, Node& node) {
  node.kind = NodeKind::kNumber;
  node.first = static_cast<std::uint32_t>(out_->intervals.size());
  if (value.is_number()) {
    fault(problems_, path, "currency_missing", "This amount names no currency.", "Write it as {\"EUR\": 1000}.");
    return;
  }
  const json::object* const amounts = value.if_object();
  if (amounts == nullptr) {
    fault(problems_, path, "type_mismatch", "This must be an object of amounts by currency.");
    return;
  }
  if (amounts->empty()) fault(problems_, path, "currency_missing", "This names no currency.");
  for (const auto& member : *amounts) {
    const Path here = below(path, member.key());
    const auto currency = read_currency(member.key(), here, problems_);
    if (member.value().is_int64() && member.value().get_int64() < 0) {
      fault(problems_, here, "amount_negative", "An amount cannot be negative.");
    } else {
      interval(op, currency.value_or(Currency{}), member.value(), here);
    }
  }
  node.count = static_cast<std::uint16_t>(out_->intervals.size() - node.first);
}

}  // namespace kassa::discounts
