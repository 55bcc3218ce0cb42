#include "services/catalog/foreign_predicate.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "services/base/text.hpp"
#include "services/catalog/foreign_item.hpp"

namespace kassa::catalog {
namespace {

constexpr int kDepthMax = 8;

struct Named {
  std::string_view theirs;
  std::string_view ours;
  bool lines;
};
constexpr std::array kAttributes{
    Named{"sku", "line.sku", true},
    Named{"product.key", "line.product", true},
    Named{"productKey", "line.product", true},
    Named{"currency", "cart.currency", false},
    Named{"country", "cart.country", false},
    Named{"shippingAddress.country", "cart.country", false},
};
constexpr std::string_view kTotal = "totalPrice";

/// Words, texts in quotes, and signs.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    if (c == '"' || c == '\'') {
      while (length < text.size() && text[length] != c) length += text[length] == '\\' ? 2 : 1;
      length = std::min(length + 1, text.size());
    } else if (std::string_view("=<>!").find(c) != std::string_view::npos) {
      while (length < text.size() && std::string_view("=<>").find(text[length]) != std::string_view::npos) ++length;
    } else if (std::string_view("(), \t\r\n").find(c) == std::string_view::npos) {
      while (length < text.size() && std::string_view("(), \t\r\n=<>!\"").find(text[length]) == std::string_view::npos)
        ++length;
    }
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) out.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

bool is_quoted(std::string_view token) { return !token.empty() && (token[0] == '"' || token[0] == '\''); }

class PredicateReader {
 public:
  PredicateReader(std::string_view text, bool lines) : tokens_(tokens_of(text)), lines_(lines) {}

  ForeignPredicate run() {
    ForeignPredicate out;
    out.condition = any(0);
    if (reason_.empty() && at_ < tokens_.size()) fail("does not end where it should, at " + tokens_[at_]);
    out.reason = reason_;
    return out;
  }

 private:
  void fail(std::string why) {
    if (reason_.empty()) reason_ = std::move(why);
    at_ = tokens_.size();
  }
  [[nodiscard]] std::string_view peek() const { return at_ < tokens_.size() ? std::string_view(tokens_[at_]) : ""; }
  bool accept(std::string_view word) {
    const bool found = at_ < tokens_.size() && equals_ignoring_case(tokens_[at_], word);
    if (found) ++at_;
    return found;
  }
  std::string next() { return at_ < tokens_.size() ? tokens_[at_++] : std::string{}; }

  json::value any(int depth) {
    std::vector<json::value> parts;
    bool always = false;
    do {
      parts.push_back(all(depth));
      always = always || parts.back().is_null();
    } while (accept("or"));
    if (always) return nullptr;
    if (parts.size() == 1) return std::move(parts.front());
    return json::object{{"any", json::array(parts.begin(), parts.end())}};
  }

  json::value all(int depth) {
    std::vector<json::value> parts;
    do {
      json::value part = one(depth);
      if (!part.is_null()) parts.push_back(std::move(part));
    } while (accept("and"));
    return all_of(std::move(parts));
  }

  json::value one(int depth) {
    if (depth > kDepthMax) {
      fail("is too deep");
      return nullptr;
    }
    if (accept("not")) {
      json::value inner = one(depth + 1);
      if (inner.is_null()) fail("excludes everything");
      return json::object{{"not", std::move(inner)}};
    }
    if (accept("(")) {
      json::value inner = any(depth + 1);
      if (!accept(")")) fail("lacks a closing parenthesis");
      return inner;
    }
    if (accept("true")) return nullptr;
    return comparison();
  }

  json::value comparison() {
    const std::string name = next();
    const std::string op = next();
    if (name == "1" && op == "=" && accept("1")) return nullptr;
    if (!lines_ && name == kTotal) return total(op);
    const auto* const known = std::ranges::find_if(
        kAttributes, [&](const Named& attribute) { return attribute.theirs == name && attribute.lines == lines_; });
    if (known == kAttributes.end()) {
      fail("asks for what has no counterpart: " + name);
      return nullptr;
    }
    if (op == "=") return leaf(known->ours, "eq", json::value(text()));
    if (op == "!=" || op == "<>") return leaf(known->ours, "ne", json::value(text()));
    if (equals_ignoring_case(op, "in")) return leaf(known->ours, "any_of", texts());
    if (equals_ignoring_case(op, "not") && accept("in")) return leaf(known->ours, "none_of", texts());
    fail("compares in a way that is not taken over: " + name + " " + op);
    return nullptr;
  }

  /// totalPrice >= "50.00 EUR": of the goods, before discounts.
  json::value total(const std::string& op) {
    constexpr std::array kOps{std::pair(">=", "gte"), std::pair(">", "gt"), std::pair("<=", "lte"),
                              std::pair("<", "lt")};
    const auto* const found = std::ranges::find_if(kOps, [&](const auto& pair) { return pair.first == op; });
    const std::string money = text();
    const auto space = money.find(' ');
    const auto currency =
        Currency::from_code(space == std::string::npos ? "" : std::string_view(money).substr(space + 1));
    const auto amount =
        currency ? scaled_decimal(std::string_view(money).substr(0, space), currency->exponent()) : std::nullopt;
    if (found == kOps.end() || !amount) {
      fail("compares the total in a way that is not taken over: " + op + " " + money);
      return nullptr;
    }
    return leaf("cart.subtotal", found->second, json::object{{currency->code(), *amount}});
  }

  std::string text() {
    const std::string token = next();
    if (!is_quoted(token)) {
      fail("compares with something that is no text: " + token);
    } else if (token.find('\\') != std::string::npos) {
      fail("has a text with a backslash, which is not taken over: " + token);
    } else if (token.size() == 1 || token.back() != token.front()) {
      fail("has a text that does not end: " + token);
    } else {
      return token.substr(1, token.size() - 2);
    }
    return {};
  }

  json::array texts() {
    json::array out;
    if (!accept("(")) fail("lacks a list");
    while (reason_.empty()) {
      out.emplace_back(text());
      if (accept(")")) break;
      if (!accept(",")) fail("has a list that does not end");
    }
    return out;
  }

  std::vector<std::string> tokens_;
  bool lines_;
  std::size_t at_{};
  std::string reason_;
};

}  // namespace

ForeignPredicate read_predicate(std::string_view text, bool lines) { return PredicateReader(text, lines).run(); }

}  // namespace kassa::catalog
