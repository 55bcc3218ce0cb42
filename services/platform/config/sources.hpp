#pragma once
// The three places that settings come from, each read into plain text with its origin. Nothing is judged here
// except what the form itself forbids (unknown flags and keys, syntax).

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/platform/config/config.hpp"
#include "services/platform/config/settings.hpp"

namespace kassa::platform {

struct RawValue {
  std::string value;
  std::string origin;  ///< "--threads", "KASSA_THREADS" or "kassa.toml:3 threads".

  RawValue() = default;
  RawValue(std::string value_, std::string origin_) : value(std::move(value_)), origin(std::move(origin_)) {}
};

/// By key of the settings table.
using RawValues = std::map<std::string, RawValue, std::less<>>;

struct CommandLine {
  Command command{Command::kServe};
  unsigned command_bit{kForServe};
  std::string output;  ///< For Command::kPrint.
  RawValues values;
};

/// nullopt when the command itself cannot be told; the reason is then the last problem.
[[nodiscard]] std::optional<CommandLine> read_command_line(const std::vector<std::string>& args,
                                                           std::vector<std::string>& problems);

[[nodiscard]] RawValues read_environment(const Environment& environment, unsigned command_bit);

/// Variables that begin with KASSA_ and name no setting: a problem where the name looks like that of a setting, else a
/// warning, because the prefix is not ours alone. What container platforms set for a service called kassa (KASSA_PORT,
/// KASSA_SERVICE_HOST) is neither.
void judge_unknown_variables(const Environment& environment, std::vector<std::string>& problems,
                             std::vector<std::string>& warnings);

[[nodiscard]] RawValues read_file(const std::string& path, std::vector<std::string>& problems);

}  // namespace kassa::platform
