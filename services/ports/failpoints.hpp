#pragma once
// Named points at which a test may stop the process. CRASH_AT=<point>:<n> makes the n-th hit of <point> end the process
// by SIGKILL. Without CRASH_AT a hit is one comparison.

#include <string_view>

namespace kassa::ports {

class Failpoints {
 public:
  virtual ~Failpoints() = default;
  virtual void hit(std::string_view point) noexcept = 0;
  /// For composite names without building a string: hits "<head>.<tail>".
  virtual void hit(std::string_view head, std::string_view tail) noexcept = 0;
};

/// Every point of the durable steps of buying, so that the crash loop can walk through all of them. Others that a store
/// passes (it names a point after each transaction) cannot be asked for.
inline constexpr std::string_view kFailpoints[] = {
    "reserve.before", "reserve.after", "gateway.before", "gateway.after",   "outcome.before", "outcome.after",
    "release.before", "release.after", "reply.before",   "complete.before", "complete.after", "expire.before",
    "expire.after",   "outbox.before", "outbox.after",   "inbox.before",    "inbox.after",    "journal.before",
    "journal.after",  "person.before", "person.after",   "group.before",    "group.after",    "park.before",
    "park.after",     "cancel.before", "cancel.after",   "claim.before",    "claim.after",    "numbers.before",
    "numbers.after",  "late.before",   "late.after",     "decide.before",   "decide.after",
};

}  // namespace kassa::ports
