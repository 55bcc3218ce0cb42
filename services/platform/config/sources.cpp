#include "services/platform/config/sources.hpp"

#include <algorithm>
#include <filesystem>
#include <toml++/toml.h>

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

}  // namespace

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
  } catch (const toml::parse_error& error) {
    problems.push_back(place(error.source().begin.line == 0 ? path : file, error.source()) + ": " +
                       std::string(error.description()));
  }
  return values;
}

}  // namespace kassa::platform
