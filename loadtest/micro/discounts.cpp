// evaluate() through the index beside scan(), which asks every rule: the same rules, the same carts, the same minutes.
// A seeded generator makes a store's rules and carts; every answer of the two is compared before anything is timed.
// Usage: bench_discounts [seed]

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "discounts/engine.hpp"
#include "discounts/scan.hpp"
#include "loadtest/micro/discount_store.hpp"

namespace {
struct Counter {
  mutable std::atomic<std::size_t> value{0};
};
const Counter kAllocations;
}  // namespace

// Counted, so that "none on the hot path" is a figure and not a hope.
void* operator new(std::size_t size) {
  kAllocations.value.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;
namespace discounts = kassa::discounts;
namespace json = kassa::json;
using discounts::bench::kNow;
using discounts::bench::Mix;
using discounts::bench::Store;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kCarts = 64;
constexpr std::size_t kCartsCompared = 6;
constexpr auto kTimePerCell = 1500ms;
constexpr std::size_t kScans = 9;
constexpr int kPublished = 200;

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
};

struct Times {
  std::vector<std::int64_t> nanos;

  [[nodiscard]] std::int64_t at(std::size_t per_mille) {
    std::ranges::sort(nanos);
    return nanos[std::min(nanos.size() - 1, nanos.size() * per_mille / 1000)];
  }
};

std::string micros(std::int64_t nanos) { return std::to_string(nanos / 1000) + "." + std::to_string(nanos / 100 % 10); }

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
    std::int64_t parsed_and_built = 0;
    {
      const json::array source = store.rules();
      const auto begin = Steady::now();
      rules_ = discounts::compile(source, Store::setup(), problems);
      parsed_and_built = (Steady::now() - begin).count();
    }
    if (!rules_) {
      std::printf("the rules do not compile: %s %s\n", problems.front().path.c_str(), problems.front().code.c_str());
      return false;
    }
    build_ns_ = parsed_and_built;
    bytes_ = discounts::bytes_of(*rules_) / count;
    std::printf("%s, %zu rules: compiled from JSON in %lld ms, %zu bytes a rule\n", discounts::bench::name_of(mix),
                count, static_cast<long long>(parsed_and_built / 1'000'000), bytes_);
    return std::ranges::all_of(lines, [&](std::size_t n) { return cell(mix, count, n, store); });
  }

  void publish() {
    Times times;
    auto now = rules_;
    std::vector<kassa::Problem> problems;
    Store store(Mix::kConstant, 1'000'000, seed_ + 1);
    for (int i = 0; i < kPublished; ++i) {
      const json::object rule = store.rule(5'000'000 + static_cast<std::size_t>(i));
      const auto begin = Steady::now();
      now = discounts::with_rule(*now, rule, problems);
      times.nanos.push_back((Steady::now() - begin).count());
    }
    const std::int64_t p50 = times.at(500);
    const std::int64_t p99 = times.at(990);
    std::printf("publishing one rule, %d in turn: p50 %s us, p99 %s us; target 1000 and 5000: %s\n", kPublished,
                micros(p50).c_str(), micros(p99).c_str(), p50 <= 1'000'000 && p99 <= 5'000'000 ? "met" : "MISSED");
    std::printf("building 1,000,000 rules: %lld ms of 2000: %s; %zu bytes a rule of 160: %s\n",
                static_cast<long long>(build_ns_ / 1'000'000), build_ns_ <= 2'000'000'000 ? "met" : "MISSED", bytes_,
                bytes_ <= 160 ? "met" : "MISSED");
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
      by_scan.nanos.push_back((Steady::now() - begin).count());
      if (i >= kCartsCompared) continue;
      matched += discounts::count_matched(*rules_, carts[i], kNow);
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
                  static_cast<long long>(target.ratio), met ? "met" : "MISSED");
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
      const std::size_t before = kAllocations.value.load(std::memory_order_relaxed);
      const auto begin = Steady::now();
      kept_ += desk.evaluate(rules_, view, usage, kNow, kassa::Rounding::kHalfUp).size();
      end = Steady::now();
      allocated += kAllocations.value.load(std::memory_order_relaxed) - before;
      if (times.nanos.size() < times.nanos.capacity()) times.nanos.push_back((end - begin).count());
    }
    return allocated * 100 / times.nanos.size();
  }

  std::uint64_t seed_;
  discounts::RuleSetPtr rules_;
  std::int64_t build_ns_{};
  std::size_t bytes_{};
  std::size_t kept_{};  ///< Keeps the compiler from leaving the work out.
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  if (argc > 1) {
    const std::string_view text(argv[1]);
    std::from_chars(text.data(), text.data() + text.size(), seed);
  }
  std::printf("seed %llu; microseconds per evaluation (match, select, allocate); one thread\n",
              static_cast<unsigned long long>(seed));
  constexpr std::array<std::size_t, 3> kLines{1, 20, 200};
  constexpr std::array<std::size_t, 1> kTwenty{20};
  constexpr std::array<std::size_t, 3> kCounts{10'000, 100'000, 1'000'000};
  Bench bench(seed);
  for (const std::size_t count : kCounts) {
    if (!bench.run(Mix::kRealistic, count, kLines)) return 1;
  }
  for (const Mix mix : {Mix::kCodes, Mix::kDense, Mix::kHostile, Mix::kExpiring}) {
    if (!bench.run(mix, 1'000'000, kTwenty)) return 1;
  }
  if (!bench.run(Mix::kAds, 100'000, kTwenty)) return 1;
  for (const std::size_t count : kCounts) {
    if (!bench.run(Mix::kConstant, count, kLines)) return 1;
  }
  bench.publish();
  return 0;
}
