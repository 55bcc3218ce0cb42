#pragma once
// W3C Trace Context, level 1: the part of `traceparent` that outlives one hop. It names who asked for something across
// processes and companies; it says nothing about anybody and proves nothing. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace kassa {

struct Trace {
  std::string id;       ///< 32 lower-case hex digits; empty: none.
  bool sampled{false};  ///< Somebody records it.
};

/// Nullopt for what is malformed: it is then as if nothing had been sent. Versions to come are read by their first four
/// parts.
[[nodiscard]] std::optional<Trace> read_traceparent(std::string_view header) noexcept;

/// For the next hop. `span`: 16 lower-case hex digits, not all 0.
[[nodiscard]] std::string write_traceparent(const Trace& trace, std::string_view span);

}  // namespace kassa
