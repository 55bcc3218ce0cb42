#pragma once
// When to try again: a list of waits, counted by attempts rather than by age, so that a replayed event and
// one that waited for a stopped process get their full number of tries. Pure.

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "services/base/clock.hpp"

namespace kassa::webhooks {

using RetryProfile = std::span<const Millis>;

/// Quick at first, because a shopper may be looking at the screen; then slower and slower for five days.
inline constexpr std::array<Millis, 13> kFiveDays{Millis{500},
                                                  Millis{2'000},
                                                  Millis{10'000},
                                                  std::chrono::minutes{5},
                                                  std::chrono::minutes{30},
                                                  std::chrono::hours{2},
                                                  std::chrono::hours{5},
                                                  std::chrono::hours{10},
                                                  std::chrono::hours{14},
                                                  std::chrono::hours{20},
                                                  std::chrono::hours{24},
                                                  std::chrono::hours{24},
                                                  std::chrono::hours{20}};

/// The wait after the `attempts`-th failed attempt (from 1), shortened by up to a tenth so that events that
/// failed together come back apart; the same event and attempt always wait the same. nullopt: that was the
/// last try.
[[nodiscard]] std::optional<Millis> retry_after(RetryProfile profile, std::string_view event, std::int64_t attempts);

}  // namespace kassa::webhooks
