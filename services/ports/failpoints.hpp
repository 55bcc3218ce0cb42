#pragma once
// Named points at which a test may stop the process. CRASH_AT=<point>:<n> makes the n-th hit of <point> end the process
// by SIGKILL. Without CRASH_AT a hit is one comparison. A store passes "<name>.before" and "<name>.after" around the
// commit of each transaction; platform/obs/failpoints.hpp lists the names that can be asked for.

#include <string_view>

namespace kassa::ports {

class Failpoints {
 public:
  virtual ~Failpoints() = default;
  virtual void hit(std::string_view point) noexcept = 0;
  /// For composite names without building a string: hits "<head>.<tail>".
  virtual void hit(std::string_view head, std::string_view tail) noexcept = 0;
};

}  // namespace kassa::ports
