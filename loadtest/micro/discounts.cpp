// evaluate() through the index beside scan(), which asks every rule: the same rules, the same carts, the same minutes.
// A seeded generator makes a store's rules and carts; every answer of the two is compared before anything is timed.
// Usage: bench_discounts [seed]

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/scan.hpp"

namespace {

using namespace std::chrono_literals;
namespace discounts = kassa::discounts;
namespace json = kassa::json;

constexpr std::array<std::size_t, 3> kRules{100, 10'000, 100'000};
constexpr std::array<std::size_t, 3> kLines{1, 20, 200};
constexpr std::size_t kCarts = 64;
constexpr auto kTimePerCell = 1500ms;  ///< For each of the two.
constexpr auto kSlice = 20ms;          ///< Then the other one's turn; what it evicted from the caches shows in p99.
constexpr std::size_t kRunsMin = 16;
constexpr kassa::Instant kNow{kassa::Millis{1'780'315'200'000}};

/// The size of the store: what a rule names is drawn from the same catalogue as the carts.
constexpr std::int64_t kSkus = 50'000;
constexpr std::int64_t kCategories = 3'000;
constexpr std::int64_t kBrands = 5'000;
constexpr std::int64_t kTags = 10'000;
constexpr std::int64_t kCountries = 40;

class Store {
 public:
  explicit Store(std::uint64_t seed) : random_(seed) {}

  /// 60 % of the rules name a product, 18 % a category, 10 % a brand, 10 % a tag, 2 % none of them.
  json::array rules(std::size_t count) {
    json::array out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(rule(i));
    return out;
  }

  discounts::Cart cart(std::size_t lines) {
    discounts::Cart out;
    out.currency = *kassa::Currency::from_code("EUR");
    for (std::size_t i = 0; i < lines; ++i) out.lines.push_back(line(i));
    out.country = country(below(kCountries));
    out.customer_orders = below(6);
    out.payment_method = below(2) == 0 ? "card" : "transfer";
    out.shipping.emplace_back();
    out.shipping.back().method = "standard";
    out.shipping.back().amount = 490;
    out.codes.push_back("CODE" + std::to_string(below(100)));
    return out;
  }

 private:
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }
  bool percent(std::int64_t share) { return below(100) < share; }

  static std::string numbered(const char* kind, std::int64_t number) { return kind + std::to_string(100'000 + number); }
  static std::string country(std::int64_t number) {
    return {static_cast<char>('A' + number / 26), static_cast<char>('A' + number % 26)};
  }
  static std::int64_t tag_of(std::int64_t sku, std::int64_t k) { return (sku * 31 + k * 7'919) % kTags; }

  /// Half of what is bought comes from a quarter of the goods.
  discounts::CartLine line(std::size_t i) {
    const std::int64_t sku = below(below(2) == 0 ? kSkus / 4 : kSkus);
    discounts::CartLine out;
    out.line_id = numbered("li_", static_cast<std::int64_t>(i));
    out.sku = numbered("SKU-", sku);
    out.variant = numbered("var_", sku);
    out.product = numbered("prod_", sku);
    out.category = numbered("category-", sku * 17 % kCategories);
    out.vendor = numbered("brand-", sku * 13 % kBrands);
    for (std::int64_t k = 0; k < 3; ++k) out.tags.push_back(numbered("tag-", tag_of(sku, k)));
    out.quantity = 1 + below(3);
    out.unit_price = 500 + below(9'500);
    return out;
  }

  json::object target() {
    const std::int64_t kind = below(98);
    if (kind < 60) return leaf("line.sku", numbered("SKU-", below(kSkus)));
    if (kind < 78) return leaf("line.category", numbered("category-", below(kCategories)));
    if (kind < 88) return leaf("line.vendor", numbered("brand-", below(kBrands)));
    return json::object{{"attr", "line.tags"}, {"op", "any_of"}, {"value", {numbered("tag-", below(kTags))}}};
  }

  static json::object leaf(const char* attribute, const std::string& value) {
    return json::object{{"attr", attribute}, {"op", "eq"}, {"value", value}};
  }

  /// 30 % ask for a country or for a customer's history, 50 % for a subtotal; a rule for whole carts asks for both.
  json::array conditions(bool cart_wide) {
    json::array out;
    if (cart_wide || percent(30)) {
      if (cart_wide || percent(70)) {
        out.push_back(leaf("cart.country", country(below(kCountries))));
      } else {
        out.push_back(json::object{{"attr", "customer.orders_count"}, {"op", "gte"}, {"value", 1 + below(9)}});
      }
    }
    if (cart_wide || percent(50)) {
      out.push_back(
          json::object{{"attr", "cart.subtotal"}, {"op", "gte"}, {"value", {{"EUR", 1'000 * (1 + below(300))}}}});
    }
    return out;
  }

  json::object rule(std::size_t i) {
    const bool cart_wide = percent(2);
    static constexpr std::array<const char*, 3> kWide{"order", "shipping", "payment"};
    json::object out{{"id", "rule-" + std::to_string(i)},
                     {"title", "Rule " + std::to_string(i)},
                     {"class", cart_wide ? kWide[static_cast<std::size_t>(below(3))] : "product"},
                     {"priority", 1 + below(100)},
                     {"value", {{"type", "percent"}, {"bps", 100 * (1 + below(30))}}}};
    out["trigger"] = percent(5) ? json::value{{"codes", {"CODE" + std::to_string(i)}}} : json::value("automatic");
    if (!cart_wide) out["target"] = json::object{{"where", target()}};
    if (json::array all = conditions(cart_wide); !all.empty()) out["when"] = json::object{{"all", std::move(all)}};
    if (percent(20)) out["schedule"] = json::object{{"ends_at", "2026-12-31T00:00:00Z"}};
    return out;
  }

  std::mt19937_64 random_;
};

using Evaluate = discounts::Outcome (*)(const discounts::RuleSet&, const discounts::Cart&, const discounts::UsageBook&,
                                        kassa::Instant, kassa::Rounding);

discounts::Outcome run(Evaluate evaluate, const discounts::RuleSet& rules, const discounts::Cart& cart) {
  return evaluate(rules, cart, {}, kNow, kassa::Rounding::kHalfUp);
}

std::string text_of(const discounts::Outcome& outcome) {
  std::string text = outcome.changes_at ? std::to_string(kassa::to_millis(*outcome.changes_at)) : "never";
  for (const auto& applied : outcome.applied) {
    text += " " + applied.rule_id + applied.code + "=" + std::to_string(applied.amount);
    for (const auto& part : applied.allocations) {
      text += (part.shipping ? ",s" : ",") + std::to_string(part.index) + ":" + std::to_string(part.amount);
    }
  }
  for (const auto& rejected : outcome.rejected) text += " !" + std::to_string(rejected.index) + rejected.reason;
  return text;
}

struct Times {
  std::vector<std::int64_t> nanos;

  [[nodiscard]] std::int64_t at(std::size_t per_mille) {
    std::ranges::sort(nanos);
    return nanos[std::min(nanos.size() - 1, nanos.size() * per_mille / 1000)];
  }
};

/// Runs for one slice of time, at least once; `kept` keeps the compiler from leaving the work out.
void measure(Evaluate evaluate, const discounts::RuleSet& rules, const std::vector<discounts::Cart>& carts,
             Times& times, std::size_t& kept) {
  const auto until = std::chrono::steady_clock::now() + kSlice;
  auto end = std::chrono::steady_clock::time_point{};
  while (end < until) {
    // As in the service, where the cart has just been made.
    const discounts::Cart cart = carts[times.nanos.size() % carts.size()];
    const auto begin = std::chrono::steady_clock::now();
    const discounts::Outcome outcome = run(evaluate, rules, cart);
    end = std::chrono::steady_clock::now();
    kept += outcome.applied.size();
    times.nanos.push_back((end - begin).count());
  }
}

/// Rules whose conditions and target hold, whatever became of them afterwards: mean of some carts, in tenths.
std::size_t matched_tenths(const discounts::RuleSet& rules, const std::vector<discounts::Cart>& carts,
                           const std::vector<std::string>& ids) {
  constexpr std::size_t kSample = 4;
  static constexpr std::array<std::string_view, 5> kMatched{"applied", "superseded_by_better", "no_effect",
                                                            "combination_disallowed", "line_taken"};
  std::size_t matched = 0;
  for (std::size_t i = 0; i < kSample; ++i) {
    std::string last;
    for (const auto& fate : explain(rules, carts[i], {}, kNow, kassa::Rounding::kHalfUp, ids)) {
      const bool again = fate.rule_id == last;
      last = fate.rule_id;
      if (!again && std::ranges::find(kMatched, fate.reason) != kMatched.end()) ++matched;
    }
  }
  return matched * 10 / kSample;
}

bool same_answers(const discounts::RuleSet& rules, const std::vector<discounts::Cart>& carts) {
  return std::ranges::all_of(carts, [&](const discounts::Cart& cart) {
    return text_of(run(&discounts::evaluate, rules, cart)) == text_of(run(&discounts::scan, rules, cart));
  });
}

/// Alternates between the two until both have had their time.
bool cell(const discounts::RuleSet& rules, const std::vector<std::string>& ids, std::size_t lines, Store& store) {
  std::vector<discounts::Cart> carts;
  for (std::size_t i = 0; i < kCarts; ++i) carts.push_back(store.cart(lines));
  if (!same_answers(rules, carts)) {
    std::printf("%8zu %6zu  the index and the scan give different answers\n", ids.size(), lines);
    return false;
  }
  Times by_index;
  Times by_scan;
  std::size_t kept = 0;
  const auto until = std::chrono::steady_clock::now() + 2 * kTimePerCell;
  while (by_scan.nanos.size() < kRunsMin || std::chrono::steady_clock::now() < until) {
    measure(&discounts::evaluate, rules, carts, by_index, kept);
    measure(&discounts::scan, rules, carts, by_scan, kept);
  }
  const std::size_t matched = matched_tenths(rules, carts, ids);
  const std::size_t runs = by_index.nanos.size() + by_scan.nanos.size();
  const std::int64_t index_p50 = by_index.at(500);
  const std::int64_t scan_p50 = by_scan.at(500);
  std::printf("%8zu %6zu %7zu.%zu %7zu.%zu %11lld.%lld %8lld.%lld %12lld %12lld %7lldx\n", ids.size(), lines,
              matched / 10, matched % 10, kept / runs, kept * 10 / runs % 10, static_cast<long long>(index_p50 / 1000),
              static_cast<long long>(index_p50 / 100 % 10), static_cast<long long>(by_index.at(990) / 1000),
              static_cast<long long>(by_index.at(990) / 100 % 10), static_cast<long long>(scan_p50 / 1000),
              static_cast<long long>(by_scan.at(990) / 1000),
              static_cast<long long>(scan_p50 / std::max<std::int64_t>(index_p50, 1)));
  std::fflush(stdout);
  return true;
}

bool run_size(std::size_t count, Store& store) {
  const json::array source = store.rules(count);
  std::vector<kassa::Problem> problems;
  const auto rules = discounts::compile(source, problems);
  if (!rules) {
    std::printf("%8zu  the rules do not compile: %s %s\n", count, problems.front().path.c_str(),
                problems.front().code.c_str());
    return false;
  }
  std::vector<std::string> ids;
  for (const json::value& rule : source) ids.emplace_back(rule.at("id").as_string());
  return std::ranges::all_of(kLines, [&](std::size_t lines) { return cell(*rules, ids, lines, store); });
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  if (argc > 1) {
    const std::string_view text(argv[1]);
    std::from_chars(text.data(), text.data() + text.size(), seed);
  }
  std::printf("seed %llu; microseconds per evaluation (match, select, allocate); matched and applied are means\n",
              static_cast<unsigned long long>(seed));
  std::printf("%8s %6s %9s %9s %13s %10s %12s %12s %8s\n", "rules", "lines", "matched", "applied", "index p50", "p99",
              "scan p50", "p99", "ratio");
  Store store(seed);
  for (const std::size_t count : kRules) {
    if (!run_size(count, store)) return 1;
  }
  return 0;
}
