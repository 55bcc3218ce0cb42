#include "services/platform/config/config.hpp"

#include <unistd.h>

#include "services/base/text.hpp"
#include "services/platform/config/settings.hpp"
#include "services/platform/config/sources.hpp"
#include "services/platform/config/values.hpp"

namespace kassa::platform {
namespace {

using Problems = std::vector<std::string>;

constexpr std::size_t kShownBytesMax = 100;

/// A value as it may be shown on a terminal.
std::string shown(const Setting& setting, std::string_view value) {
  if (setting.form == Form::kSecret) return "(not shown)";
  std::string text{value.substr(0, kShownBytesMax)};
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (value.size() > kShownBytesMax) text += "...";
  return '"' + text + '"';
}

void apply_all(const RawValues& values, Config& config, Problems& problems) {
  for (const auto& setting : settings()) {
    const auto found = values.find(setting.key);
    if (found == values.end()) continue;
    const auto& [value, origin] = found->second;
    if (setting.apply(config, value)) continue;
    problems.push_back(origin + " " + shown(setting, value) + ": must be " + std::string(setting.allowed));
  }
}

void require(const RawValues& values, unsigned command_bit, Problems& problems) {
  for (const auto& setting : settings()) {
    if (setting.initial != kRequired || (setting.commands & command_bit) == 0) continue;
    if (values.contains(setting.key)) continue;
    std::string line = flag_of(setting) + ": is required";
    if ((setting.sources & kFromEnvironment) != 0) line += " (or " + variable_of(setting) + ")";
    problems.push_back(line + ", " + std::string(setting.allowed));
  }
}

std::string origin_of(const RawValues& values, std::string_view key) {
  const auto found = values.find(key);
  return found == values.end() ? std::string(key) : found->second.origin;
}

bool collide(const std::optional<Endpoint>& a, const std::optional<Endpoint>& b) {
  return a && b && a->port != 0 && a->port == b->port && a->address == b->address;
}

void check_together(const RawValues& values, const Config& config, Problems& problems) {
  const auto say = [&](std::string_view key, const std::string& what) {
    problems.push_back(origin_of(values, key) + ": " + what);
  };
  if (config.http && !config.allow_plain_http && !is_loopback(*config.http)) {
    say("http", "plain HTTP is only for loopback addresses, " + config.http->address +
                    " is none; use https, or set allow_plain_http = true behind a TLS proxy");
  }
  if (config.webhook_allow_loopback && !config.sandbox) {
    say("webhook_allow_loopback", "is only allowed together with sandbox");
  }
  if (config.database.empty() && !(config.is_api && config.is_worker)) {
    say("roles", "with sqlite one process does everything; set database, or both roles");
  } else if (config.sessions.empty() && !(config.is_api && config.is_worker)) {
    say("roles", "processes with one role each share open checkouts; set sessions to their Redis, or both roles");
  }
  if (values.contains("proxy_header") && config.trusted_proxies.empty()) {
    say("proxy_header", "nobody is listed in trusted_proxies whose word would count");
  }
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    say(config.tls_key.empty() ? "tls_certificate" : "tls_key", "tls_certificate and tls_key go together, set both");
  }
  if (config.smtp_url.empty() != config.smtp_from.empty()) {
    say(config.smtp_from.empty() ? "smtp_url" : "smtp_from", "smtp_url and smtp_from go together, set both");
  }
  if (collide(config.https, config.http)) say("http", "the same address and port as https");
  if (collide(config.https, config.admin)) say("admin", "the same address and port as https");
  if (collide(config.http, config.admin)) say("admin", "the same address and port as http");
}

void fill_defaults(const RawValues& values, Config& config) {
  if (!values.contains("https") && !values.contains("http")) config.https.emplace("127.0.0.1", 8443, true);
  if (!values.contains("admin")) config.admin = Endpoint{"127.0.0.1", 8444, false};
  if (!values.contains("currency")) config.currency = "EUR";
  if (!values.contains("name")) config.name = config.store;
}

Error all_of(const Problems& problems) {
  std::string lines;
  for (const auto& problem : problems) lines.append(lines.empty() ? "" : "\n").append(problem);
  return Error{Errc::kInvalidRequest, std::move(lines)};
}

}  // namespace

Environment process_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Result<Config> load_config(const std::vector<std::string>& args, const Environment& environment) {
  Problems problems;
  auto line = read_command_line(args, problems);
  if (!line) return all_of(problems);
  Config config;
  config.command = line->command;
  config.output = std::move(line->output);
  if (line->command == Command::kPrint) return config;

  RawValues values = std::move(line->values);
  values.merge(read_environment(environment, line->command_bit));  // merge() keeps what is there: precedence.
  judge_unknown_variables(environment, problems, config.warnings);
  if (const auto file = values.find("config"); file != values.end()) {
    values.merge(read_file(file->second.value, problems));
  }
  apply_all(values, config, problems);
  require(values, line->command_bit, problems);
  fill_defaults(values, config);
  if (line->command == Command::kServe) check_together(values, config, problems);
  if (!problems.empty()) return all_of(problems);
  return config;
}

}  // namespace kassa::platform
