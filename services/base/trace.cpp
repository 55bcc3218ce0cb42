#include "services/base/trace.hpp"

#include <algorithm>

namespace kassa {
namespace {

// "00-" trace "-" span "-" flags
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kTraceparentBytes = 55;

bool is_small_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool names_something(std::string_view digits) noexcept {
  return is_small_hex(digits) && digits.find_first_not_of('0') != std::string_view::npos;
}

bool is_odd(char hex) noexcept { return ((hex <= '9' ? hex - '0' : hex - 'a' + 10) & 1) != 0; }

}  // namespace

std::optional<Trace> read_traceparent(std::string_view header) noexcept {
  if (header.size() < kTraceparentBytes) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  if (!is_small_hex(version) || version == "ff") return std::nullopt;
  const bool longer = header.size() > kTraceparentBytes;
  if (longer && (version == "00" || header[kTraceparentBytes] != '-')) return std::nullopt;
  if (header[kTraceAt - 1] != '-' || header[kSpanAt - 1] != '-' || header[kFlagsAt - 1] != '-') return std::nullopt;
  const std::string_view trace = header.substr(kTraceAt, kTraceDigits);
  const std::string_view flags = header.substr(kFlagsAt, 2);
  if (!names_something(trace) || !names_something(header.substr(kSpanAt, kSpanDigits)) || !is_small_hex(flags)) {
    return std::nullopt;
  }
  return Trace{std::string(trace), is_odd(flags[1])};
}

std::string write_traceparent(const Trace& trace, std::string_view span) {
  std::string out = "00-";
  out.append(trace.id).append("-").append(span).append(trace.sampled ? "-01" : "-00");
  return out;
}

}  // namespace kassa
