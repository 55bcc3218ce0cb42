#include "loadtest/micro/discount_life.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "discounts/image.hpp"
#include "loadtest/micro/discount_texts.hpp"
#include "loadtest/micro/report.hpp"

namespace kassa::discounts::bench {
namespace {

constexpr std::size_t kMany = 1'000'000;
constexpr std::int64_t kMillion = 1'000'000;
constexpr int kPublished = 200;
constexpr std::size_t kStores = 1'000;
constexpr std::size_t kRulesEach = 1'000;

RuleSetPtr compiled(std::span<const RuleText> rules) {
  std::vector<Problem> problems;
  auto set = compile_texts(rules, Store::setup(), problems);
  if (!set) std::printf("the rules do not compile: %s\n", problems.front().code.c_str());
  return set;
}

/// A file in memory, as a start would have it. Never unmapped: the process ends soon.
std::span<const std::byte> mapped(const char* path) {
  const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  const auto size = static_cast<std::size_t>(::lseek(descriptor, 0, SEEK_END));
  void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor, 0);
  ::close(descriptor);
  if (begin == MAP_FAILED) return {};
  return {static_cast<const std::byte*>(begin), size};
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

bool measure_start(std::uint64_t seed) {
  Store store(Mix::kConstant, kMany, seed);
  RuleTexts texts(store, kMany);
  auto begin = Steady::now();
  const auto set = compiled(texts.list());
  const std::int64_t compiling = nanos_since(begin);
  if (!set) return false;
  begin = Steady::now();
  const std::string image = image_of(*set, "bench");
  std::array<char, 32> path{"/tmp/kassa-bench-XXXXXX"};
  const int file = ::mkstemp(path.data());
  const bool whole = file >= 0 && ::write(file, image.data(), image.size()) == static_cast<ssize_t>(image.size());
  ::close(file);
  const std::int64_t writing = nanos_since(begin);
  begin = Steady::now();
  const auto opened = open_image(mapped(path.data()), nullptr, Store::setup(), "bench");
  ::unlink(path.data());
  const std::int64_t opening = nanos_since(begin);
  if (!whole || !opened) {
    std::printf("what was compiled does not open again\n");
    return false;
  }
  texts.change(7, json::serialize(store.rule(7)));
  const auto now = texts.list();
  std::vector<Problem> problems;
  begin = Steady::now();
  const auto fresh = recompile_texts(opened, now, Store::setup(), problems);
  const std::int64_t comparing = nanos_since(begin);
  const bool met = opening + comparing <= 2'000 * kMillion && changes_since_compile(*fresh) > 0;
  std::printf("starting with 1,000,000 rules: compiled from texts in %lld ms; written (%zu MB) in %lld ms\n",
              static_cast<long long>(compiling / kMillion), image.size() >> 20,
              static_cast<long long>(writing / kMillion));
  std::printf(
      "  opened again in %lld ms, held against a million texts of which one has changed in %lld ms;"
      "  target 2000: %s\n",
      static_cast<long long>(opening / kMillion), static_cast<long long>(comparing / kMillion), verdict(met));
  const std::size_t each = bytes_of(*set) / kMany;
  std::printf("building 1,000,000 rules: target 2000 ms: %s; %zu bytes a rule, target 160: %s\n",
              verdict(compiling <= 2'000 * kMillion), each, verdict(each <= 160));
  return true;
}

bool measure_publishing(std::uint64_t seed) {
  Store store(Mix::kConstant, kMany, seed);
  auto now = compiled(RuleTexts(store, kMany).list());
  if (!now) return false;
  Times times;
  std::vector<Problem> problems;
  for (int i = 0; i < kPublished; ++i) {
    const json::object rule = store.rule(5 * kMany + static_cast<std::size_t>(i));
    const auto begin = Steady::now();
    now = with_rule(*now, rule, problems);
    times.nanos.push_back(nanos_since(begin));
    if (!now) return false;
  }
  const std::int64_t p50 = times.at(500);
  const std::int64_t p99 = times.at(990);
  std::printf("publishing one rule beside 1,000,000, %d in turn: p50 %s us, p99 %s us;  target 1000 and 5000: %s\n",
              kPublished, micros(p50).c_str(), micros(p99).c_str(), verdict(p50 <= kMillion && p99 <= 5 * kMillion));
  return true;
}

bool measure_many_stores(std::uint64_t seed) {
  const std::size_t before = resident_bytes();
  std::vector<RuleSetPtr> stores;
  std::size_t held = 0;
  for (std::size_t i = 0; i < kStores; ++i) {
    Store store(Mix::kRealistic, kRulesEach, seed + i);
    auto set = compiled(RuleTexts(store, kRulesEach).list());
    if (!set) return false;
    const Cart cart = store.cart(20);
    static_cast<void>(evaluate(*set, cart, {}, kNow, Rounding::kHalfUp));
    held += bytes_of(*set);
    stores.push_back(std::move(set));
  }
  const std::size_t grown = resident_bytes() - std::min(before, resident_bytes());
  std::printf(
      "1,000 stores of 1,000 rules, each asked once: %zu MB of rules, resident memory + %zu MB;"
      "  target 1024: %s\n",
      held >> 20, grown >> 20, verdict(grown <= std::size_t{1'024} << 20));
  return true;
}

}  // namespace kassa::discounts::bench
