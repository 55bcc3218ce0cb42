#include "services/platform/obs/failpoints.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

// Transactions by their names, except the last line's. tests/chaos/crash_loop.py compares this list with the sources
// and dies before and after each.
constexpr std::string_view kSteps[] = {
    // Buying.
    "person", "reserve", "outcome", "release", "park", "complete", "cancel", "numbers", "journal", "recorded_carts",
    // What goes on by itself, and what gateways and platforms say and are told.
    "lapse", "expire", "retention", "inbox", "late", "claim", "outbox",
    // What merchants write.
    "decide", "replay", "order", "stock", "settings", "key", "discount", "discounts", "codes", "erasure",
    // The commands, and a start after an upgrade.
    "init", "new_keys", "import", "search_index",
    // A call of a gateway, and the commit of a whole group, whatever is in it.
    "gateway", "group"};

constexpr std::string_view kReply = "reply.before";  // Not around anything.

Error refusal(std::string_view entry, std::string_view why) {
  std::string detail = "CRASH_AT: \"" + std::string(entry) + "\" " + std::string(why) + "; points are:";
  for (const std::string& point : EnvFailpoints::points()) detail.append(" ").append(point);
  return Error{Errc::kInvalidRequest, std::move(detail)};
}

std::optional<std::int64_t> positive(std::string_view digits) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || end != digits.data() + digits.size() || n < 1) return std::nullopt;
  return n;
}

}  // namespace

std::vector<std::string> EnvFailpoints::points() {
  std::vector<std::string> all{std::string(kReply)};
  for (const std::string_view step : kSteps) {
    for (const char* side : {".before", ".after"}) all.push_back(std::string(step) + side);
  }
  return all;
}

Result<std::unique_ptr<EnvFailpoints>> EnvFailpoints::parse(std::string_view crash_at) {
  auto made = std::make_unique<EnvFailpoints>();
  const std::vector<std::string> all = points();
  for (std::string_view rest = crash_at; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto entry = trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const auto colon = entry.find(':');
    const auto known = std::find(all.begin(), all.end(), entry.substr(0, colon));
    if (known == all.end()) return refusal(entry, "names no known point");
    const auto n = colon == std::string_view::npos ? std::nullopt : positive(entry.substr(colon + 1));
    if (!n) return refusal(entry, "must be <point>:<n> with n from 1");
    made->traps_.emplace_back(*known, *n);
  }
  return made;
}

void EnvFailpoints::spring(Trap& trap) noexcept {
  if (trap.left.fetch_sub(1, std::memory_order_relaxed) == 1) std::raise(SIGKILL);
}

void EnvFailpoints::hit(std::string_view point) noexcept {
  for (auto& trap : traps_) {
    if (trap.point == point) spring(trap);
  }
}

void EnvFailpoints::hit(std::string_view head, std::string_view tail) noexcept {
  for (auto& trap : traps_) {
    const std::string_view point = trap.point;
    const bool same = point.size() == head.size() + 1 + tail.size() && point.starts_with(head) &&
                      point[head.size()] == '.' && point.ends_with(tail);
    if (same) spring(trap);
  }
}

Result<std::unique_ptr<ports::Failpoints>> make_failpoints(std::string_view crash_at) {
  if (trim(crash_at).empty()) return std::unique_ptr<ports::Failpoints>{std::make_unique<NullFailpoints>()};
  KASSA_TRY(auto traps, EnvFailpoints::parse(crash_at));
  return std::unique_ptr<ports::Failpoints>{std::move(traps)};
}

}  // namespace kassa::platform
