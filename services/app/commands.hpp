#pragma once
// The commands of kassad. Each returns the process's exit code.

#include "services/platform/config/config.hpp"

namespace kassa::app {

/// Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 70 stopped because a commit's result is unknown.
inline constexpr int kFailed = 1;
inline constexpr int kCommitUnknown = 70;

int run_init(const platform::Config& config);
int run_import(const platform::Config& config);
/// Rules to stdout, one a line; what cannot be said to stderr, and then no rule.
int run_import_discounts(const platform::Config& config);
int run_serve(const platform::Config& config);

}  // namespace kassa::app
