#include "services/platform/obs/metrics.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "services/platform/obs/metric_table.hpp"

namespace kassa::platform {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, std::string_view line) {
  return text.find(std::string(line) + '\n') != std::string::npos;
}

TEST(Metrics, exports_counters_gauges_and_durations) {
  PrometheusMetrics metrics;
  metrics.count("http_requests", "GET /v1", 2);
  metrics.count("http_requests", "GET /v1", 1);
  metrics.count("http_requests", "POST /v1", 1);
  metrics.gauge("outbox_depth", "", 7);
  metrics.gauge("outbox_depth", "", 5);
  metrics.observe("store.commit", "reserve", 3ms);
  metrics.observe("store.commit", "reserve", 10ms);
  metrics.observe("store.commit", "reserve", 1min);
  const auto text = metrics.expose();
  EXPECT_TRUE(has(text, "# TYPE kassa_http_requests_total counter")) << text;
  EXPECT_TRUE(has(text, R"(kassa_http_requests_total{label="GET /v1"} 3)")) << text;
  EXPECT_TRUE(has(text, R"(kassa_http_requests_total{label="POST /v1"} 1)"));
  EXPECT_TRUE(has(text, "# TYPE kassa_outbox_depth gauge"));
  EXPECT_TRUE(has(text, "kassa_outbox_depth 5"));
  EXPECT_TRUE(has(text, "# TYPE kassa_store_commit_seconds histogram"));
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_count{label="reserve"} 3)"));
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_sum{label="reserve"} 60.013)")) << text;
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_bucket{label="reserve",le="0.0025"} 0)")) << text;
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_bucket{label="reserve",le="0.005"} 1)"));
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_bucket{label="reserve",le="0.01"} 2)")) << "bounds are inclusive";
  EXPECT_TRUE(has(text, R"(kassa_store_commit_seconds_bucket{label="reserve",le="+Inf"} 3)"));
}

TEST(Metrics, keep_names_that_are_already_complete) {
  PrometheusMetrics metrics;
  metrics.count("kassa_orders_total", "", 1);
  EXPECT_TRUE(has(metrics.expose(), "kassa_orders_total 1"));
}

TEST(Metrics, tell_about_the_process) {
  const auto text = PrometheusMetrics{}.expose();
  for (const char* name : {"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"}) {
    EXPECT_NE(text.find(std::string("\n") + name + " "), std::string::npos) << name << '\n' << text;
  }
}

TEST(Metrics, lose_no_count_between_threads_that_meet_on_a_new_name) {
  PrometheusMetrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 20'000; ++i) metrics.count("n", std::to_string(i % 100), 1);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto text = metrics.expose();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(has(text, "kassa_n_total{label=\"" + std::to_string(i) + "\"} 800")) << i;
  }
}

TEST(Metrics, bound_their_memory_when_a_label_takes_too_many_values) {
  PrometheusMetrics metrics;
  const auto many = static_cast<int>(MetricTable::kCellsMax) + 500;
  for (int i = 0; i < many; ++i) metrics.count("n", std::to_string(i), 1);
  metrics.count("n", "0", 1);
  const auto text = metrics.expose();
  EXPECT_TRUE(has(text, "kassa_metrics_overflow_total 500")) << "what came too late";
  EXPECT_TRUE(has(text, R"(kassa_n_total{label="0"} 2)")) << "what was there goes on";
}

}  // namespace
}  // namespace kassa::platform
