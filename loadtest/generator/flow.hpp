#pragma once
// What one connection does, without a socket: a unit of work is one or more requests, each answer is judged
// before the next request is written. A unit is what the runner starts, times and counts.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "loadtest/generator/reply.hpp"

namespace kassa::load {

enum class Step : unsigned char { kRead, kUpdate, kCreate, kAddress, kOption, kComplete };

inline constexpr std::array<std::string_view, 6> kStepNames{"read",    "update", "create",
                                                            "address", "option", "complete"};

struct Verdict {
  std::string_view error;  ///< Empty: the answer is right. A literal, told in the result.
  bool ended{};            ///< No further request belongs to this unit.
};

class Flow {
 public:
  virtual ~Flow() = default;

  /// Starts a unit: writes its first request.
  virtual Step begin(std::string& request) = 0;
  /// Judges the answer to the last request; unless the unit ended, `request` and `step` are the next ones.
  virtual Verdict judge(const Reply& reply, std::string& request, Step& step) = 0;
};

}  // namespace kassa::load
