#pragma once
// The crash points of a test run. CRASH_AT="<point>:<n>[,<point>:<n>...]" makes the n-th hit of a point end
// the process by SIGKILL: no destructor, no flush, as when the power goes. Wiring picks NullFailpoints when
// nothing is asked for. Safe on every thread.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/base/result.hpp"
#include "services/ports/failpoints.hpp"

namespace kassa::platform {

class NullFailpoints final : public ports::Failpoints {
 public:
  void hit(std::string_view) noexcept override {}
  void hit(std::string_view, std::string_view) noexcept override {}
};

class EnvFailpoints final : public ports::Failpoints {
 public:
  /// kInvalidRequest, naming every known point, when `crash_at` names an unknown one or has another form.
  static Result<std::unique_ptr<EnvFailpoints>> parse(std::string_view crash_at);

  void hit(std::string_view point) noexcept override;
  void hit(std::string_view head, std::string_view tail) noexcept override;

  /// All that can be asked for: "<step>.before" and "<step>.after" of every transaction that anybody commits, and some
  /// more.
  [[nodiscard]] static std::vector<std::string> points();

 private:
  struct Trap {
    Trap(std::string point_, std::int64_t left_) : point(std::move(point_)), left(left_) {}
    const std::string point;
    std::atomic<std::int64_t> left;
  };
  static void spring(Trap& trap) noexcept;

  std::deque<Trap> traps_;
};

/// NullFailpoints for an empty `crash_at`, else EnvFailpoints.
[[nodiscard]] Result<std::unique_ptr<ports::Failpoints>> make_failpoints(std::string_view crash_at);

}  // namespace kassa::platform
