#pragma once
// The log: one JSON object per line, {"ts","level","event", fields...}, on stderr. A caller formats its line
// on its own thread and hands it to a bounded queue; one background thread writes. A full queue drops the
// oldest line and counts it: logging never blocks a request. Control characters are escaped, so that one
// event is always one line; values that look like a secret or a person are replaced by "[redacted]" and
// counted. Owned by wiring, safe on every thread.

#include <atomic>
#include <cstdio>
#include <memory>

#include "services/base/clock.hpp"
#include "services/ports/log.hpp"
#include "services/ports/metrics.hpp"

namespace kassa::platform {

class SpdlogLog final : public ports::Log {
 public:
  /// Lines below `least` are dropped. `out` stays open for as long as the log lives.
  SpdlogLog(const Clock& clock, ports::Metrics& metrics, Level least, std::FILE* out = stderr);
  ~SpdlogLog() override;  ///< Writes what is queued.

  void write(Level level, std::string_view event, std::initializer_list<ports::LogField> fields) override;

  /// Lines lost because the queue was full.
  [[nodiscard]] std::int64_t dropped() const;

 private:
  class Sink;
  struct Impl;
  std::string_view clean(const ports::LogField& field, std::string_view value);

  const Clock& clock_;
  ports::Metrics& metrics_;
  const Level least_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kassa::platform
