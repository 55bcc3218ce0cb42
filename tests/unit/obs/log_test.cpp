#include "services/platform/obs/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "services/platform/obs/log_line.hpp"
#include "services/platform/obs/metrics.hpp"

namespace kassa::platform {
namespace {

namespace json = boost::json;
using Level = ports::Log::Level;

class NoonClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return from_millis(1'775'649'600'000); }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return {}; }
};

/// Runs `work` on a log that writes into memory and returns the lines.
template <class Work>
std::vector<std::string> lines_of(Level least, PrometheusMetrics& metrics, Work work) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = ::open_memstream(&text, &size);
  {
    const NoonClock clock;
    SpdlogLog log{clock, metrics, least, out};
    work(log);
  }
  std::fclose(out);
  std::vector<std::string> lines;
  for (std::string_view rest{text, size}; !rest.empty();) {
    const auto end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  std::free(text);
  return lines;
}

std::string one_line(Level least, std::string_view event, std::initializer_list<ports::LogField> fields) {
  PrometheusMetrics metrics;
  const auto lines = lines_of(least, metrics, [&](ports::Log& log) { log.write(Level::kInfo, event, fields); });
  return lines.size() == 1 ? lines.front() : std::to_string(lines.size()) + " lines";
}

TEST(Log, writes_one_json_object_per_event) {
  EXPECT_EQ(one_line(Level::kInfo, "payment.authorized", {{"payment", "pay_1"}, {"ms", 41}}),
            R"({"ts":"2026-04-08T12:00:00.000Z","level":"info","event":"payment.authorized",)"
            R"("payment":"pay_1","ms":41})");
}

TEST(Log, keeps_quiet_below_its_level) {
  PrometheusMetrics metrics;
  const auto lines = lines_of(Level::kWarn, metrics, [](ports::Log& log) {
    log.write(Level::kDebug, "a", {});
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find(R"("level":"warn","event":"c")"), std::string::npos);
  EXPECT_NE(lines[1].find(R"("level":"error","event":"d")"), std::string::npos);
}

TEST(Log, escapes_what_could_forge_a_line_or_drive_a_terminal) {
  EXPECT_EQ(one_line(Level::kInfo, "e", {{"v", "a\r\n{\"level\":\"error\"}\x1b[2J\x7f\xC2\x9b\xE2\x80\xA8\\"}}),
            R"({"ts":"2026-04-08T12:00:00.000Z","level":"info","event":"e","v":"a\u000d\u000a{\"level\":\"error\"})"
            R"(\u001b[2J\u007f\u009b\u2028\\"})");
}

TEST(Log, keeps_letters_and_replaces_malformed_text) {
  EXPECT_NE(one_line(Level::kInfo, "e", {{"v", "Z\xC3\xBCrich"}}).find("\"Z\xC3\xBCrich\""), std::string::npos);
  EXPECT_NE(one_line(Level::kInfo, "e", {{"v", "Z\xFCrich"}}).find("\"Z?rich\""), std::string::npos);
}

TEST(Log, does_not_let_a_field_pass_for_a_fixed_member) {
  const auto line = one_line(Level::kInfo, "e", {{"event", "x"}, {"ts", 1}, {"level", "y"}});
  EXPECT_NE(line.find(R"("event":"e","event_":"x","ts_":1,"level_":"y"})"), std::string::npos) << line;
}

TEST(Log, redacts_and_counts) {
  PrometheusMetrics metrics;
  const auto lines = lines_of(Level::kInfo, metrics, [](ports::Log& log) {
    log.info("e", {{"a", "jo@example.com"}, {"b", std::int64_t{4111111111111111}}, {"c", "fine"}, {"token", "x"}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(R"("a":"[redacted]","b":"[redacted]","c":"fine","token":"[redacted]"})"), std::string::npos)
      << lines[0];
  const auto text = metrics.expose();
  EXPECT_NE(text.find(R"(kassa_log_redacted_total{label="card"} 1)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(kassa_log_redacted_total{label="email"} 1)"), std::string::npos);
}

TEST(Log, redacts_before_it_cuts) {
  const std::string text = std::string(kLogValueBytesMax - 10, 'x') + " 4111111111111111";
  EXPECT_NE(one_line(Level::kInfo, "e", {{"v", text}}).find("[redacted]"), std::string::npos);
}

TEST(Log, cuts_long_values_between_characters) {
  const std::string text = std::string(kLogValueBytesMax - 1, 'x') + "\xC3\xBC";
  EXPECT_NE(one_line(Level::kInfo, "e", {{"v", text}}).find("xx...\""), std::string::npos);
}

TEST(Log, never_mixes_lines_of_several_threads) {
  PrometheusMetrics metrics;
  std::int64_t dropped = 0;
  const auto lines = lines_of(Level::kInfo, metrics, [&](SpdlogLog& log) {
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w) {
      writers.emplace_back([&log] {
        for (int i = 0; i < 1'000; ++i) log.info("e", {{"i", i}});
      });
    }
    for (auto& writer : writers) writer.join();
    dropped = log.dropped();
  });
  EXPECT_EQ(static_cast<std::int64_t>(lines.size()) + dropped, 4'000);
  for (const auto& line : lines) EXPECT_TRUE(json::parse(line).is_object());
}

RC_GTEST_PROP(Log, is_always_valid_json_on_one_line, (const std::string& text)) {
  std::string line;
  append_log_text(line, text);
  RC_ASSERT(line.find('\n') == std::string::npos);
  boost::system::error_code error;
  RC_ASSERT(json::parse(line, error).is_string());
}

}  // namespace
}  // namespace kassa::platform
