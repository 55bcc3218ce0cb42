#include "services/platform/obs/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <string>

#include "services/base/text.hpp"
#include "services/platform/obs/log_line.hpp"
#include "services/platform/obs/redaction.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kQueuedLinesMax = 2'048;
constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

}  // namespace

/// Only the background thread calls it.
class SpdlogLog::Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit Sink(std::FILE* out) : out_(out) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    // One call for the whole line: stderr may be shared with other writers.
    buffer_.assign(message.payload.data(), message.payload.size());
    buffer_ += '\n';
    std::fwrite(buffer_.data(), 1, buffer_.size(), out_);
  }
  void flush_() override { std::fflush(out_); }

 private:
  std::FILE* out_;
  std::string buffer_;
};

struct SpdlogLog::Impl {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

SpdlogLog::SpdlogLog(const Clock& clock, ports::Metrics& metrics, Level least, std::FILE* out)
    : clock_(clock), metrics_(metrics), least_(least), impl_(std::make_unique<Impl>()) {
  impl_->pool = std::make_shared<spdlog::details::thread_pool>(kQueuedLinesMax, 1);
  impl_->logger = std::make_shared<spdlog::async_logger>("kassa", std::make_shared<Sink>(out), impl_->pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
  impl_->logger->set_level(spdlog::level::trace);
  impl_->logger->flush_on(spdlog::level::info);
}

SpdlogLog::~SpdlogLog() {
  // Joins the thread, which first empties the queue; after that nobody else holds the logger.
  impl_->pool.reset();
  impl_->logger.reset();
}

std::int64_t SpdlogLog::dropped() const { return static_cast<std::int64_t>(impl_->pool->overrun_counter()); }

std::string_view SpdlogLog::clean(const ports::LogField& field, std::string_view value) {
  const auto reason = redaction_reason(field.name, value);
  if (reason.empty()) return value;
  metrics_.count("log_redacted", reason);
  return "[redacted]";
}

void SpdlogLog::write(Level level, std::string_view event, std::initializer_list<ports::LogField> fields) {
  if (level < least_) return;
  std::string line;
  line.reserve(256);
  line += R"({"ts":")";
  line += to_rfc3339(clock_.now());
  line += R"(","level":")";
  line += kLevelNames[static_cast<std::size_t>(level)];
  line += R"(","event":)";
  append_log_text(line, event);
  for (const auto& field : fields) {
    append_log_name(line, field.name);
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      append_log_text(line, clean(field, *text));
      continue;
    }
    const auto number = std::to_string(std::get<std::int64_t>(field.value));
    const auto shown = clean(field, number);
    if (shown == number) {
      line += shown;
    } else {
      append_log_text(line, shown);
    }
  }
  line += '}';
  impl_->logger->log(spdlog::level::info, spdlog::string_view_t{line});
}

}  // namespace kassa::platform
