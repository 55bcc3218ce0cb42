// evaluate() through the index beside scan(), which asks every rule: the same rules, the same carts, the same minutes.
// A seeded generator makes a store's rules and carts; every answer of the two is compared before anything is timed.
// Usage: bench_discounts [--seed N] [--quick] [--ads]
//        bench_discounts --export FILE [--rules N] [--seed N]   rules, carts and answers for the peers

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/scan.hpp"
#include "loadtest/micro/discount_export.hpp"
#include "loadtest/micro/discount_life.hpp"
#include "loadtest/micro/discount_texts.hpp"
#include "loadtest/micro/report.hpp"
#include "tests/support/allocation_count.hpp"

namespace {

using namespace std::chrono_literals;
namespace discounts = kassa::discounts;
namespace json = kassa::json;
using discounts::bench::kNow;
using discounts::bench::micros;
using discounts::bench::Mix;
using discounts::bench::nanos_since;
using discounts::bench::RuleTexts;
using discounts::bench::Steady;
using discounts::bench::Store;
using discounts::bench::Times;
using discounts::bench::verdict;

constexpr std::size_t kCarts = 64;
constexpr std::size_t kCartsCompared = 6;
constexpr auto kTimePerCell = 1500ms;
constexpr std::size_t kScans = 9;

/// What the figures are held against: docs/benchmarks.md.
struct Target {
  Mix mix;
  std::size_t rules;
  std::size_t lines;
  std::int64_t p50_ns;
  std::int64_t p99_ns;
  std::int64_t ratio;
};
constexpr std::array kTargets{
    Target{Mix::kRealistic, 10'000, 20, 8'000, 20'000, 0},
    Target{Mix::kConstant, 100'000, 20, 25'000, 60'000, 100},
    Target{Mix::kConstant, 1'000'000, 1, 6'000, 15'000, 3'500},
    Target{Mix::kConstant, 1'000'000, 20, 45'000, 120'000, 450},
    Target{Mix::kHostile, 1'000'000, 20, 200'000, 400'000, 100},
    Target{Mix::kDense, 1'000'000, 20, 200'000, 400'000, 100},
    Target{Mix::kAds, 3'000'000, 20, 150'000, 400'000, 500},
};

std::string text_of(const discounts::Outcome& outcome) {
  std::string text = outcome.changes_at ? std::to_string(kassa::to_millis(*outcome.changes_at)) : "never";
  for (const auto& applied : outcome.applied) {
    text += " " + applied.rule_id + applied.code + "=" + std::to_string(applied.amount);
    for (const auto& part : applied.allocations)
      text += (part.shipping ? ",s" : ",") + std::to_string(part.index) + ":" + std::to_string(part.amount);
  }
  for (const auto& rejected : outcome.rejected) text += " !" + std::to_string(rejected.index) + rejected.reason;
  return text;
}

class Bench {
 public:
  explicit Bench(std::uint64_t seed) : seed_(seed) {}

  /// One set of rules, and a row for each size of cart.
  bool run(Mix mix, std::size_t count, std::span<const std::size_t> lines) {
    Store store(mix, count, seed_);
    std::vector<kassa::Problem> problems;
    std::int64_t built = 0;
    {
      const RuleTexts texts(store, count);
      const auto list = texts.list();
      rules_ = nullptr;
      const auto begin = Steady::now();
      rules_ = discounts::compile_texts(list, Store::setup(), problems);
      built = nanos_since(begin);
    }
    if (!rules_) {
      std::printf("the rules do not compile: %s %s\n", problems.front().path.c_str(), problems.front().code.c_str());
      return false;
    }
    std::printf("%s, %zu rules: compiled from texts in %lld ms, %zu bytes a rule\n", discounts::bench::name_of(mix),
                count, static_cast<long long>(built / 1'000'000), discounts::bytes_of(*rules_) / count);
    return std::ranges::all_of(lines, [&](std::size_t n) { return cell(mix, count, n, store); });
  }

 private:
  bool cell(Mix mix, std::size_t count, std::size_t lines, Store& store) {
    std::vector<discounts::Cart> carts;
    for (std::size_t i = 0; i < kCarts; ++i) carts.push_back(store.cart(lines));
    Times by_scan;
    std::size_t matched = 0;
    for (std::size_t i = 0; i < kScans; ++i) {
      const auto begin = Steady::now();
      const auto scanned = discounts::scan(*rules_, carts[i], {}, kNow, kassa::Rounding::kHalfUp);
      by_scan.nanos.push_back(nanos_since(begin));
      if (i >= kCartsCompared) continue;
      matched += discounts::matched_ids(*rules_, carts[i], kNow).size();
      const auto indexed = discounts::evaluate(*rules_, carts[i], {}, kNow, kassa::Rounding::kHalfUp);
      if (text_of(indexed) == text_of(scanned)) continue;
      std::printf("the index and the scan give different answers\n%s\n%s\n", text_of(indexed).c_str(),
                  text_of(scanned).c_str());
      return false;
    }
    Times times;
    const std::size_t allocated = measure(carts, times);
    const std::int64_t p50 = times.at(500);
    const std::int64_t p99 = times.at(990);
    const std::int64_t ratio = by_scan.at(500) / std::max<std::int64_t>(p50, 1);
    std::printf("  %3zu lines %7zu matched  p50 %9s  p99 %9s  p99.9 %9s us  scan %9s us %7lldx  %zu.%02zu allocations",
                lines, matched / kCartsCompared, micros(p50).c_str(), micros(p99).c_str(),
                micros(times.at(999)).c_str(), micros(by_scan.at(500)).c_str(), static_cast<long long>(ratio),
                allocated / 100, allocated % 100);
    for (const Target& target : kTargets) {
      if (target.mix != mix || target.rules != count || target.lines != lines) continue;
      const bool met = p50 <= target.p50_ns && p99 <= target.p99_ns && ratio >= target.ratio;
      std::printf("  target %s / %s us, %lldx: %s", micros(target.p50_ns).c_str(), micros(target.p99_ns).c_str(),
                  static_cast<long long>(target.ratio), verdict(met));
    }
    std::printf("\n");
    std::fflush(stdout);
    return true;
  }

  /// Evaluations for a while; how many allocations each made, in hundredths.
  std::size_t measure(const std::vector<discounts::Cart>& carts, Times& times) {
    discounts::Desk desk;
    const discounts::UsageBook usage;
    for (const auto& cart : carts)
      static_cast<void>(desk.evaluate(rules_, discounts::view_of(cart), usage, kNow, kassa::Rounding::kHalfUp));
    std::size_t allocated = 0;
    times.nanos.reserve(4'000'000);
    const auto until = Steady::now() + kTimePerCell;
    for (auto end = Steady::now(); end < until;) {
      // As in the service, where the cart has just been made.
      const discounts::Cart cart = carts[times.nanos.size() % carts.size()];
      const discounts::CartView view = discounts::view_of(cart);
      const std::size_t before = kassa::allocation_count();
      const auto begin = Steady::now();
      kept_ += desk.evaluate(rules_, view, usage, kNow, kassa::Rounding::kHalfUp).size();
      end = Steady::now();
      allocated += kassa::allocation_count() - before;
      if (times.nanos.size() < times.nanos.capacity()) times.nanos.push_back((end - begin).count());
    }
    return allocated * 100 / times.nanos.size();
  }

  std::uint64_t seed_;
  discounts::RuleSetPtr rules_;
  std::size_t kept_{};  ///< Keeps the compiler from leaving the work out.
};

struct Options {
  std::uint64_t seed{1};
  bool quick{false};         ///< Small stores only: whether everything runs and every answer is right.
  bool ads{false};           ///< And 3,000,000 rules of advertisements, for minutes and gigabytes.
  std::string export_to;     ///< A file for the peers, and nothing else.
  std::size_t rules{1'000};  ///< Of that file.
};

std::uint64_t number_after(int argc, char** argv, int i) {
  std::uint64_t number = 0;
  const std::string_view text = i + 1 < argc ? argv[i + 1] : "";
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Options options_from(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--seed") options.seed = number_after(argc, argv, i);
    if (word == "--rules") options.rules = number_after(argc, argv, i);
    if (word == "--quick") options.quick = true;
    if (word == "--ads") options.ads = true;
    if (word == "--export" && i + 1 < argc) options.export_to = argv[i + 1];
  }
  return options;
}

bool run_all(const Options& options) {
  constexpr std::array<std::size_t, 3> kLines{1, 20, 200};
  constexpr std::array<std::size_t, 1> kTwenty{20};
  std::vector<std::size_t> counts{10'000};
  if (!options.quick) counts.insert(counts.end(), {100'000, 1'000'000});
  const std::size_t most = counts.back();
  Bench bench(options.seed);
  for (const Mix mix : {Mix::kRealistic, Mix::kConstant}) {
    for (const std::size_t count : counts) {
      if (!bench.run(mix, count, kLines)) return false;
    }
  }
  for (const Mix mix : {Mix::kCodes, Mix::kDense, Mix::kHostile, Mix::kExpiring, Mix::kAds}) {
    if (!bench.run(mix, most, kTwenty)) return false;
  }
  return !options.ads || bench.run(Mix::kAds, 3'000'000, kTwenty);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_from(argc, argv);
  if (!options.export_to.empty())
    return discounts::bench::export_for_peers(options.export_to, options.rules, options.seed) ? 0 : 1;
  std::printf("seed %llu; microseconds per evaluation (match, select, allocate); one thread\n",
              static_cast<unsigned long long>(options.seed));
  if (options.quick) return run_all(options) ? 0 : 1;
  // Memory is told first, while none has been given back.
  const bool fine = discounts::bench::measure_many_stores(options.seed) &&
                    discounts::bench::measure_start(options.seed) &&
                    discounts::bench::measure_publishing(options.seed) && run_all(options);
  return fine ? 0 : 1;
}
