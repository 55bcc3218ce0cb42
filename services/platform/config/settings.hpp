#pragma once
// The table of settings: one row per key, from which flags, variables, file keys, checks and documentation
// follow.

#include <span>
#include <string>
#include <string_view>

#include "services/platform/config/config.hpp"

namespace kassa::platform {

/// Bits: the commands that know a setting.
enum : unsigned { kForServe = 1, kForInit = 2, kForImport = 4, kForImportDiscounts = 8 };

/// Bits: where a setting may come from.
enum : unsigned { kFromFile = 1, kFromEnvironment = 2, kFromFlag = 4, kFromAll = 7 };

/// Stands in Setting::initial for "there is no default".
inline constexpr std::string_view kRequired = "required";

enum class Form : unsigned char { kValue, kSwitch, kPositional, kSecret };

struct Setting {
  std::string_view key;
  unsigned commands;
  unsigned sources;
  Form form;
  std::string_view initial;  ///< Shown as the default; empty: none.
  std::string_view allowed;  ///< Completes "must be ...".
  std::string_view meaning;
  bool (*apply)(Config& config, std::string_view value);  ///< False: the value is not allowed.
};

[[nodiscard]] std::span<const Setting> settings();

/// "--group-commit-max" for "group_commit_max"; "FOLDER" for a positional.
[[nodiscard]] std::string flag_of(const Setting& setting);
/// "KASSA_GROUP_COMMIT_MAX"; "CRASH_AT" for crash_at.
[[nodiscard]] std::string variable_of(const Setting& setting);

/// The whole of docs/configuration.md.
[[nodiscard]] std::string settings_documentation();

}  // namespace kassa::platform
