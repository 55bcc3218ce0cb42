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

/// Variables that name no setting of this command are left alone: the prefix is not ours alone (container
/// platforms set KASSA_PORT and KASSA_SERVICE_HOST for a service called kassa).
[[nodiscard]] RawValues read_environment(const Environment& environment, unsigned command_bit);

[[nodiscard]] RawValues read_file(const std::string& path, std::vector<std::string>& problems);

}  // namespace kassa::platform
