#include "services/platform/config/sources.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>

#include "services/base/nearest.hpp"

namespace kassa::platform {
namespace {

const Setting* find_file_setting(std::string_view key) {
  const auto all = settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& setting) {
    return setting.key == key && (setting.sources & kFromFile) != 0;
  });
  return found == all.end() ? nullptr : &*found;
}

/// Text, whole numbers and switches as the other two sources would spell them.
std::optional<std::string> as_plain_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

std::string place(const std::string& file, const toml::source_region& region) {
  return file + ":" + std::to_string(region.begin.line);
}

constexpr std::string_view kPrefix = "KASSA_";

/// "KASSA_PORT", "KASSA_SERVICE_HOST", "KASSA_API_PORT_8443_TCP_ADDR": for services called kassa or kassa-something.
bool is_of_container_platform(std::string_view name) {
  const auto ends_or_goes_on = [&](std::string_view part) {
    const auto at = name.find(part);
    return at != std::string_view::npos && (at + part.size() == name.size() || name[at + part.size()] == '_');
  };
  return ends_or_goes_on("_PORT") || ends_or_goes_on("_SERVICE_HOST") || ends_or_goes_on("_SERVICE_PORT");
}

/// The variable that somebody may have meant; empty when none is within a third of what was written.
std::string nearest_variable(std::string_view name) {
  std::vector<std::string> variables;
  for (const Setting& setting : settings()) {
    std::string variable = variable_of(setting);
    if ((setting.sources & kFromEnvironment) == 0 || !variable.starts_with(kPrefix)) continue;
    variables.push_back(std::move(variable));
  }
  const std::vector<std::string_view> names(variables.begin(), variables.end());
  const std::size_t third = (name.size() - kPrefix.size()) / 3;
  return std::string(nearest_name(name, names, std::max<std::size_t>(third, 1)));
}

bool is_variable(std::string_view name) {
  return std::ranges::any_of(settings(), [&](const Setting& setting) {
    return (setting.sources & kFromEnvironment) != 0 && variable_of(setting) == name;
  });
}

}  // namespace

void judge_unknown_variables(const Environment& environment, std::vector<std::string>& problems,
                             std::vector<std::string>& warnings) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || value.empty() || is_variable(name) || is_of_container_platform(name)) continue;
    const std::string nearest = nearest_variable(name);
    if (nearest.empty()) {
      warnings.push_back(name + ": no such setting, ignored; see docs/configuration.md");
    } else {
      problems.push_back(std::string(name).append(": no such setting; did you mean ").append(nearest).append("?"));
    }
  }
}

RawValues read_environment(const Environment& environment, unsigned command_bit) {
  RawValues values;
  for (const auto& setting : settings()) {
    if ((setting.commands & command_bit) == 0 || (setting.sources & kFromEnvironment) == 0) continue;
    const auto variable = variable_of(setting);
    const auto found = environment.find(variable);
    // An empty variable is how shells and compose files spell "not set".
    if (found == environment.end() || found->second.empty()) continue;
    values.emplace(setting.key, RawValue{found->second, variable});
  }
  return values;
}

RawValues read_file(const std::string& path, std::vector<std::string>& problems) {
  RawValues values;
  const std::string file = std::filesystem::path(path).filename().string();
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    problems.push_back(path + ": is not a regular file");  // A directory would read as an empty one.
    return values;
  }
  try {
    const toml::table table = toml::parse_file(path);
    for (const auto& [key, node] : table) {
      const std::string origin = place(file, key.source()) + " " + std::string(key.str());
      const auto text = as_plain_text(node);
      if (find_file_setting(key.str()) == nullptr) {
        problems.push_back(origin + ": no such setting in the file; see docs/configuration.md");
      } else if (!text) {
        problems.push_back(origin + ": must be text, a whole number, true or false");
      } else {
        values.emplace(std::string(key.str()), RawValue{*text, origin});
      }
    }
  } catch (const toml::parse_error& fault) {
    problems.push_back(place(fault.source().begin.line == 0 ? path : file, fault.source()) + ": " +
                       std::string(fault.description()));
  }
  return values;
}

}  // namespace kassa::platform
