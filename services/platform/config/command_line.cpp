#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <deque>

#include "services/platform/config/sources.hpp"

namespace kassa::platform {
namespace {

struct CommandRow {
  const char* name;
  const char* meaning;
  Command command;
  unsigned bit;
};
constexpr std::array kCommands{
    CommandRow{"serve", "Runs the service.", Command::kServe, kForServe},
    CommandRow{"init", "Makes a store and its first keys.", Command::kInit, kForInit},
    CommandRow{"import", "Imports a catalogue into a store.", Command::kImport, kForImport},
    CommandRow{"import-discounts", "Prints another system's discounts as rules.", Command::kImportDiscounts,
               kForImportDiscounts},
};

struct Bound {
  const Setting* setting;
  const CLI::App* app;
  const CLI::Option* option;
};

/// The parser of one run. The deque keeps the addresses that CLI11 writes to.
struct Parser {
  CLI::App app{"Kassa, a headless checkout service. Settings: docs/configuration.md"};
  std::vector<const CLI::App*> commands;
  std::vector<Bound> bound;
  std::deque<std::string> texts;
  std::deque<bool> switches;
};

void bind(Parser& parser, CLI::App* command, const Setting& setting) {
  std::string help{setting.meaning};
  if (setting.initial == kRequired) {
    help += " Required.";
  } else if (!setting.initial.empty()) {
    help.append(" Default: ").append(setting.initial).append(".");
  }
  CLI::Option* option = nullptr;
  if (setting.form == Form::kSwitch) {
    option = command->add_flag(flag_of(setting), parser.switches.emplace_back(), help);
  } else {
    const auto name = setting.form == Form::kPositional ? std::string(setting.key) : flag_of(setting);
    option = command->add_option(name, parser.texts.emplace_back(), help);
  }
  parser.bound.push_back({&setting, command, option});
}

void describe(Parser& parser) {
  parser.app.set_version_flag("--version", std::string("kassad ") + KASSA_VERSION);
  parser.app.require_subcommand(1);
  for (const auto& row : kCommands) {
    auto* command = parser.app.add_subcommand(row.name, row.meaning);
    command->allow_extras();  // So that every unknown flag is told, not only the first.
    parser.commands.push_back(command);
    for (const auto& setting : settings()) {
      if ((setting.commands & row.bit) != 0 && (setting.sources & kFromFlag) != 0) bind(parser, command, setting);
    }
  }
}

void note_extras(const CLI::App& command, std::vector<std::string>& problems) {
  for (const auto& extra : command.remaining()) {
    const bool flag = extra.starts_with('-');
    problems.push_back(extra + (flag ? ": unknown flag of \"" : ": unexpected argument of \"") + command.get_name() +
                       "\"; see kassad " + command.get_name() + " --help");
  }
}

RawValues values_of(const Parser& parser, const CLI::App& command) {
  RawValues values;
  for (const auto& [setting, app, option] : parser.bound) {
    if (app != &command || option->count() == 0) continue;
    values.emplace(setting->key, RawValue{option->as<std::string>(), flag_of(*setting)});
  }
  return values;
}

/// CLI11's own words for what went wrong, on one line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::optional<CommandLine> print(std::string text) {
  CommandLine line;
  line.command = Command::kPrint;
  line.output = std::move(text);
  return line;
}

}  // namespace

std::optional<CommandLine> read_command_line(const std::vector<std::string>& args, std::vector<std::string>& problems) {
  Parser parser;
  describe(parser);
  try {
    parser.app.name("kassad");
    parser.app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 takes them from the back.
  } catch (const CLI::CallForHelp&) {
    return print(parser.app.help());
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    problems.push_back("command line: " + one_line(error.what()) + "; see kassad --help");
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kCommands.size(); ++i) {
    const CLI::App& command = *parser.commands[i];
    if (!command.parsed()) continue;
    note_extras(command, problems);
    CommandLine line;
    line.command = kCommands[i].command;
    line.command_bit = kCommands[i].bit;
    line.values = values_of(parser, command);
    return line;
  }
  return std::nullopt;
}

}  // namespace kassa::platform
