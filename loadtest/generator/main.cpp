// load: the load generator. Prints one JSON object; exit code 0 even when answers were wrong (the object says
// how many).

#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <charconv>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "loadtest/generator/flows.hpp"
#include "loadtest/generator/runner.hpp"

namespace kassa::load {
namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;

constexpr const char* kUsage =
    "load read|update|purchase|hold --port N --plan FILE [--checkouts FILE] [--connections N] [--seconds N]\n"
    "     [--warm-up-seconds N] [--rate UNITS_PER_SECOND] [--units N] [--seed N] [--yardstick yes]\n"
    "     [--agrees-again yes] [--awake yes]\n"
    "read, update: on the checkouts of --checkouts. hold: opens --units checkouts, writes them to "
    "--checkouts,\n"
    "prints its result and stays connected until its input ends. --rate: open loop, else closed loop.\n"
    "--agrees-again: a completion that shows the same totals once more is asked for again.\n"
    "--awake: never sleeps, so that the server does not pay for waking it.\n";
constexpr std::int64_t kSecondsMax = 3'600;
constexpr std::int64_t kConnectionsMax = 1'000;

class Arguments {
 public:
  Arguments(int count, char** values) {
    if (count < 2 || count % 2 != 0) throw std::invalid_argument(kUsage);
    scenario = values[1];
    for (int i = 2; i < count; i += 2) {
      const std::string_view name = values[i];
      if (!name.starts_with("--")) throw std::invalid_argument(kUsage);
      values_.emplace(name.substr(2), values[i + 1]);
    }
  }

  [[nodiscard]] std::int64_t number(const std::string& name, std::int64_t fallback, std::int64_t most) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return fallback;
    std::int64_t value = 0;
    const std::string& text = found->second;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ptr != text.data() + text.size() || value < 0 || value > most) {
      throw std::invalid_argument("--" + name + ": a number from 0 to " + std::to_string(most));
    }
    return value;
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }

  std::string scenario;

 private:
  std::map<std::string, std::string> values_;
};

/// Checkout i belongs to connection i % connections: two connections never change the same one.
std::vector<std::vector<Checkout>> deal(std::vector<Checkout> checkouts, std::size_t connections) {
  if (checkouts.size() < connections) throw std::runtime_error("fewer checkouts than connections");
  std::vector<std::vector<Checkout>> hands(connections);
  for (std::size_t i = 0; i < checkouts.size(); ++i) hands[i % connections].push_back(std::move(checkouts[i]));
  return hands;
}

std::vector<std::unique_ptr<Flow>> make_flows(const Arguments& arguments, const Plan& plan, Journeys& journeys) {
  const auto connections = static_cast<std::size_t>(arguments.number("connections", 16, kConnectionsMax));
  const Judging judging = arguments.text("yardstick") == "yes" ? Judging::kStatusOnly : Judging::kEverything;
  std::vector<std::unique_ptr<Flow>> flows;
  if (arguments.scenario == "read" || arguments.scenario == "update") {
    for (auto& hand : deal(read_checkouts(arguments.text("checkouts")), connections)) {
      if (arguments.scenario == "read") {
        flows.push_back(std::make_unique<ReadFlow>(plan, std::move(hand), judging));
      } else {
        flows.push_back(std::make_unique<UpdateFlow>(plan, std::move(hand), judging));
      }
    }
  } else if (arguments.scenario == "purchase" || arguments.scenario == "hold") {
    for (std::size_t i = 0; i < connections; ++i) flows.push_back(std::make_unique<JourneyFlow>(journeys));
  } else {
    throw std::invalid_argument(kUsage);
  }
  return flows;
}

double micros(nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }

json::object summary(const Histogram& times) {
  json::object out;
  out["count"] = times.count();
  out["p50_us"] = micros(times.at(0.5));
  out["p90_us"] = micros(times.at(0.9));
  out["p99_us"] = micros(times.at(0.99));
  out["p999_us"] = micros(times.at(0.999));
  out["max_us"] = micros(times.max());
  return out;
}

nanoseconds own_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

json::object report(const Arguments& arguments, const RunResult& result, nanoseconds cpu, std::int64_t seed) {
  const double seconds = static_cast<double>(result.elapsed.count()) / 1e9;
  json::object out;
  out["scenario"] = arguments.scenario;
  out["rate"] = arguments.number("rate", 0, 1'000'000);
  out["seed"] = seed;
  out["seconds"] = seconds;
  out["begun"] = result.begun;
  out["units"] = result.ended;
  out["requests"] = result.requests;
  out["errors"] = result.errors;
  out["unfinished"] = result.unfinished;
  out["units_per_second"] = static_cast<double>(result.ended) / seconds;
  out["requests_per_second"] = static_cast<double>(result.requests) / seconds;
  out["client_cpu_share"] =
      static_cast<double>((cpu - result.idle).count()) / static_cast<double>(result.elapsed.count());
  out["client_cpu_seconds"] = static_cast<double>(cpu.count()) / 1e9;
  out["unit"] = summary(result.units);
  json::object steps;
  for (std::size_t i = 0; i < kStepNames.size(); ++i) {
    if (result.steps[i].count() > 0) steps[kStepNames[i]] = summary(result.steps[i]);
  }
  out["steps"] = std::move(steps);
  json::object reasons;
  for (const auto& [why, count] : result.reasons) reasons[why] = count;
  out["reasons"] = std::move(reasons);
  return out;
}

void run(const Arguments& arguments) {
  // Timers to the microsecond: open-loop arrivals must not be late by the default slack of 50 us.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  const Plan plan = read_plan(arguments.text("plan"));
  const std::int64_t seed = arguments.number("seed", 1, 1'000'000'000'000);
  Journeys journeys{plan, arguments.scenario == "purchase", std::to_string(seed), std::mt19937_64(), 0, {}, false, 0};
  journeys.agrees_again = arguments.text("agrees-again") == "yes";
  journeys.random.seed(static_cast<std::uint64_t>(seed));
  const auto port = static_cast<std::uint16_t>(arguments.number("port", 0, 65'535));
  Runner runner(port, make_flows(arguments, plan, journeys));
  RunOptions options;
  options.units_per_second = static_cast<std::uint64_t>(arguments.number("rate", 0, 1'000'000));
  options.awake = arguments.text("awake") == "yes";
  options.time = std::chrono::seconds{arguments.number("warm-up-seconds", 0, kSecondsMax)};
  const std::uint64_t warm_up = options.time.count() > 0 ? runner.run(options).requests : 0;
  options.time = std::chrono::seconds{arguments.number("seconds", 10, kSecondsMax)};
  options.units_max = static_cast<std::uint64_t>(arguments.number("units", 0, 100'000'000));
  const nanoseconds before = own_cpu();
  const RunResult result = runner.run(options);
  json::object out = report(arguments, result, own_cpu() - before, seed);
  out["warm_up_requests"] = warm_up;
  out["shown_again"] = journeys.shown_again;
  if (arguments.scenario == "hold") write_checkouts(arguments.text("checkouts"), journeys.opened);
  std::printf("%s\n", json::serialize(out).c_str());
  std::fflush(stdout);
  while (arguments.scenario == "hold" && std::getchar() != EOF) continue;
}

}  // namespace
}  // namespace kassa::load

int main(int argc, char** argv) {
  try {
    kassa::load::run(kassa::load::Arguments(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "load: %s\n", failure.what());
    return 1;
  }
}
