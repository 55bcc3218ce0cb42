#include "services/platform/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace kassa::platform {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Args = std::vector<std::string>;

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kassa_config_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string file(std::string_view text) {
    const auto path = folder_ / "kassa.toml";
    std::ofstream(path) << text;
    return path.string();
  }
  fs::path folder_;
};

std::vector<std::string> problems_of(const Args& args, const Environment& environment = {}) {
  const auto config = load_config(args, environment);
  std::vector<std::string> lines;
  if (config) return lines;
  EXPECT_EQ(config.error().code, Errc::kInvalidRequest);
  for (std::string_view rest = config.error().detail; !rest.empty();) {
    const auto end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return lines;
}

Config good(const Args& args, const Environment& environment = {}) {
  auto config = load_config(args, environment);
  EXPECT_TRUE(config) << (config ? "" : config.error().detail);
  return config ? config.value() : Config{};
}

TEST_F(ConfigTest, serve_has_safe_defaults) {
  const auto config = good({"serve", "--data", "/var/lib/kassa"});
  EXPECT_EQ(config.command, Command::kServe);
  EXPECT_EQ(config.data, "/var/lib/kassa");
  ASSERT_TRUE(config.https);
  EXPECT_EQ(config.https->address, "127.0.0.1");
  EXPECT_EQ(config.https->port, 8443);
  EXPECT_TRUE(config.https->tls);
  EXPECT_FALSE(config.http);
  EXPECT_EQ(config.admin.address, "127.0.0.1");
  EXPECT_EQ(config.admin.port, 8444);
  EXPECT_FALSE(config.admin.tls);
  EXPECT_EQ(config.threads, 0U);
  EXPECT_EQ(config.group_commit_max, 64U);
  EXPECT_EQ(config.drain_time.count(), 10);
  EXPECT_EQ(config.log_level, ports::Log::Level::kInfo);
  EXPECT_FALSE(config.sandbox || config.allow_plain_http || config.webhook_allow_loopback ||
               config.profile_allow_loopback);
  EXPECT_THAT(config.outgoing_ports, ElementsAre(443));
}

TEST_F(ConfigTest, every_flag_of_serve_arrives) {
  const auto config = good({"serve",
                            "--data",
                            "d",
                            "--https",
                            "0.0.0.0:443",
                            "--http",
                            "[::1]:80",
                            "--admin",
                            "10.0.0.1:9000",
                            "--sandbox",
                            "--threads",
                            "3",
                            "--public-url",
                            "https://shop.example/",
                            "--log-level",
                            "warn",
                            "--group-commit-max",
                            "1",
                            "--drain-seconds",
                            "0",
                            "--probe-seconds",
                            "2",
                            "--webhook-allow-loopback",
                            "--profile-allow-loopback",
                            "--tls-certificate",
                            "c.pem",
                            "--tls-key",
                            "k.pem",
                            "--outgoing-ports",
                            "443, 8443",
                            "--outgoing-ca-file",
                            "ca.pem"},
                           {{"CRASH_AT", "reserve.after:1"}, {"KASSA_SIMULATION_SECRET", "12345678"}});
  EXPECT_EQ(config.https->address, "0.0.0.0");
  EXPECT_EQ(config.http->address, "::1");
  EXPECT_EQ(config.http->port, 80);
  EXPECT_FALSE(config.http->tls);
  EXPECT_TRUE(config.admin.tls) << "admin speaks TLS outside loopback";
  EXPECT_TRUE(config.sandbox && config.webhook_allow_loopback && config.profile_allow_loopback);
  EXPECT_EQ(config.threads, 3U);
  EXPECT_EQ(config.public_url, "https://shop.example");
  EXPECT_EQ(config.log_level, ports::Log::Level::kWarn);
  EXPECT_EQ(config.group_commit_max, 1U);
  EXPECT_EQ(config.drain_time.count(), 0);
  EXPECT_EQ(config.probe_time.count(), 2);
  EXPECT_EQ(config.tls_certificate, "c.pem");
  EXPECT_EQ(config.tls_key, "k.pem");
  EXPECT_THAT(config.outgoing_ports, ElementsAre(443, 8443));
  EXPECT_EQ(config.outgoing_ca_file, "ca.pem");
  EXPECT_EQ(config.crash_at, "reserve.after:1");
  EXPECT_EQ(config.simulation_secret, "12345678");
}

TEST_F(ConfigTest, flags_beat_variables_beat_the_file_beats_defaults) {
  const auto path = file("data = 'from_file'\nthreads = 1\nlog_level = 'debug'\nsandbox = true\ndrain_seconds = 3\n");
  const auto config = good({"serve", "--config", path, "--threads", "3"},
                           {{"KASSA_THREADS", "2"}, {"KASSA_LOG_LEVEL", "error"}, {"KASSA_DATA", ""}});
  EXPECT_EQ(config.threads, 3U);
  EXPECT_EQ(config.log_level, ports::Log::Level::kError);
  EXPECT_EQ(config.drain_time.count(), 3);
  EXPECT_TRUE(config.sandbox);
  EXPECT_EQ(config.group_commit_max, 64U);
  EXPECT_EQ(config.data, "from_file") << "an empty variable is not set";
}

TEST_F(ConfigTest, the_file_may_be_named_by_a_variable) {
  EXPECT_EQ(good({"serve"}, {{"KASSA_CONFIG", file("data = 'd'\nthreads = 7\n")}}).threads, 7U);
}

TEST_F(ConfigTest, a_switch_can_be_turned_off_again_by_a_stronger_source) {
  const auto path = file("data = 'd'\nsandbox = true\n");
  EXPECT_FALSE(good({"serve", "--config", path}, {{"KASSA_SANDBOX", "false"}}).sandbox);
  EXPECT_FALSE(good({"serve", "--config", path, "--sandbox=false"}).sandbox);
}

TEST_F(ConfigTest, all_problems_are_told_at_once_with_their_places) {
  const auto path = file("data = 'd'\n\nthreads = 'many'\nthraeds = 1\nhttps = 8443\n[tls]\nkey = 'x'\n");
  EXPECT_THAT(
      problems_of({"serve", "--config", path, "--log-level", "loud", "--frobnicate"},
                  {{"KASSA_GROUP_COMMIT_MAX", "65"}, {"KASSA_SIMULATION_SECRET", "short"}}),
      ElementsAre("--frobnicate: unknown flag of \"serve\"; see kassad serve --help",
                  "kassa.toml:4 thraeds: no such setting in the file; see docs/configuration.md",
                  "kassa.toml:6 tls: no such setting in the file; see docs/configuration.md",
                  "kassa.toml:5 https \"8443\": must be ADDRESS:PORT with an IP address or localhost, for instance "
                  "127.0.0.1:8443 or [::1]:0",
                  "kassa.toml:3 threads \"many\": must be a whole number from 0 to 256",
                  "--log-level \"loud\": must be debug, info, warn or error",
                  "KASSA_GROUP_COMMIT_MAX \"65\": must be a whole number from 1 to 64",
                  "KASSA_SIMULATION_SECRET (not shown): must be 8 to 255 visible ASCII characters"));
}

TEST_F(ConfigTest, a_misspelt_variable_is_refused_with_the_one_that_was_meant) {
  const std::pair<const char*, const char*> cases[] = {
      {"KASSA_THREAD", "KASSA_THREADS"},
      {"KASSA_RATE_WRITES", "KASSA_RATE_WRITE"},
      {"KASSA_DATABASE_URL", "KASSA_DATABASE"},
      {"KASSA_KEYS_DATABSE", "KASSA_KEYS_DATABASE"},
  };
  for (const auto& [written, meant] : cases) {
    EXPECT_THAT(problems_of({"serve", "--data", "d"}, {{written, "1"}}),
                ElementsAre(std::string(written) + ": no such setting; did you mean " + meant + "?"));
  }
}

TEST_F(ConfigTest, a_variable_that_is_like_no_setting_is_warned_of) {
  const auto config = good({"serve", "--data", "d"}, {{"KASSA_FROBNICATION", "1"}, {"OTHER", "1"}, {"KASSA_X", ""}});
  EXPECT_THAT(config.warnings, ElementsAre("KASSA_FROBNICATION: no such setting, ignored; see docs/configuration.md"));
}

TEST_F(ConfigTest, variables_of_container_platforms_and_of_other_commands_are_left_alone) {
  const Environment environment{{"KASSA_PORT", "tcp://10.0.0.1:8443"},
                                {"KASSA_PORT_8443_TCP_ADDR", "10.0.0.1"},
                                {"KASSA_SERVICE_HOST", "10.0.0.1"},
                                {"KASSA_WORKER_SERVICE_PORT_HTTP", "80"},
                                {"KASSA_CURRENCY", "USD"}};
  EXPECT_TRUE(good({"serve", "--data", "d"}, environment).warnings.empty());
}

TEST_F(ConfigTest, a_broken_file_is_told_by_line) {
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--config", file("data = 'd'\nthreads = = 1\n")}),
              ElementsAre(HasSubstr("kassa.toml:2: ")));
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--config", (folder_ / "none.toml").string()}),
              ElementsAre(HasSubstr("none.toml")));
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--config", folder_.string()}),
              ElementsAre(HasSubstr("is not a regular file")));
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--config", file("threads = 1.5\n")}),
              ElementsAre("kassa.toml:1 threads: must be text, a whole number, true or false"));
}

TEST_F(ConfigTest, secrets_do_not_come_from_the_command_line) {
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--simulation-secret=12345678"}),
              ElementsAre(HasSubstr("unknown flag")));
  EXPECT_EQ(good({"serve", "--config", file("data = 'd'\nsimulation_secret = '12345678'\n")}).simulation_secret,
            "12345678");
}

TEST_F(ConfigTest, sessions_are_in_memory_or_where_a_url_says) {
  EXPECT_EQ(good({"serve", "--data", "d"}).sessions, "");
  EXPECT_EQ(good({"serve", "--data", "d"}, {{"KASSA_SESSIONS", "memory"}}).sessions, "");
  for (const char* url : {"redis://127.0.0.1", "redis+unix:///run/redis.sock", "redis+cluster://a:1,b:2"}) {
    EXPECT_EQ(good({"serve", "--data", "d"}, {{"KASSA_SESSIONS", url}}).sessions, url);
  }
  for (const char* host : {"a,b", "", "a:0", "a/9999"}) {
    const std::string url = "redis://u:" + std::string("secret") + "@" + host;
    EXPECT_THAT(problems_of({"serve", "--data", "d"}, {{"KASSA_SESSIONS", url}}),
                ElementsAre(AllOf(HasSubstr("KASSA_SESSIONS (not shown): must be"), Not(HasSubstr("secret")))));
  }
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--sessions=redis://a"}), ElementsAre(HasSubstr("unknown flag")));
}

TEST_F(ConfigTest, roles_are_for_processes_that_share_a_database) {
  const Environment shared{{"KASSA_DATABASE", "postgresql://kassa@db/shop"}, {"KASSA_SESSIONS", "redis://cache"}};
  const struct {
    const char* roles;
    bool api;
    bool worker;
  } cases[] = {{"api", true, false}, {"worker", false, true}, {"api,worker", true, true}, {"worker,api", true, true}};
  for (const auto& row : cases) {
    const auto config = good({"serve", "--data", "d", "--roles", row.roles}, shared);
    EXPECT_EQ(config.is_api, row.api) << row.roles;
    EXPECT_EQ(config.is_worker, row.worker) << row.roles;
  }
  for (const char* roles : {"none", "api,", "api, worker", "api,api"}) {
    EXPECT_THAT(problems_of({"serve", "--data", "d", "--roles", roles}, shared),
                ElementsAre(HasSubstr("must be api, worker or api,worker")));
  }
  const Environment own_memory{{"KASSA_DATABASE", "postgresql://kassa@db/shop"}};
  for (const char* roles : {"api", "worker"}) {
    EXPECT_THAT(problems_of({"serve", "--data", "d", "--roles", roles}, own_memory),
                ElementsAre(HasSubstr("--roles: processes with one role each share open checkouts; set sessions")));
  }
  EXPECT_TRUE(good({"serve", "--data", "d", "--roles", "api,worker"}, own_memory).is_api);
}

TEST_F(ConfigTest, a_shown_value_cannot_drive_a_terminal) {
  EXPECT_THAT(problems_of({"serve", "--data", "d", "--log-level", "a\x1b[2J\nb"}),
              ElementsAre("--log-level \"a?[2J?b\": must be debug, info, warn or error"));
}

TEST_F(ConfigTest, a_mail_relay_has_a_host_and_nothing_else) {
  for (const char* url : {"http://h:25", "smtp://", "smtp://user:word@h", "smtps://h/path", "smtp://h ost", "h:25"}) {
    EXPECT_THAT(problems_of({"serve", "--data", "d", "--smtp-url", url, "--smtp-from", "a@b.example"}),
                Contains(HasSubstr("--smtp-url")))
        << url;
  }
  for (const char* from : {"nobody", "a b@c.example", "\u00e4@b.example"}) {
    EXPECT_THAT(problems_of({"serve", "--data", "d", "--smtp-url", "smtps://h:465", "--smtp-from", from}),
                Contains(HasSubstr("--smtp-from")))
        << from;
  }
}

TEST_F(ConfigTest, settings_that_do_not_fit_together_are_refused) {
  const struct {
    const char* name;
    Args more;
    const char* problem;
  } cases[] = {
      {"plain http outside loopback", {"--http", "0.0.0.0:80"}, "--http: plain HTTP is only for loopback addresses"},
      {"plain http on every v6 address", {"--http", "[::]:80"}, "--http: plain HTTP is only for loopback addresses"},
      {"loopback webhooks for live money", {"--webhook-allow-loopback"}, "--webhook-allow-loopback: is only allowed"},
      {"a certificate alone", {"--tls-certificate", "c"}, "--tls-certificate: tls_certificate and tls_key go together"},
      {"a key alone", {"--tls-key", "k"}, "--tls-key: tls_certificate and tls_key go together"},
      {"a mail relay alone", {"--smtp-url", "smtp://h:25"}, "--smtp-url: smtp_url and smtp_from go together"},
      {"a sender alone", {"--smtp-from", "a@b.example"}, "--smtp-from: smtp_url and smtp_from go together"},
      {"half a process on sqlite", {"--roles", "worker"}, "--roles: with sqlite one process does everything"},
      {"two listeners in one place", {"--https", "127.0.0.1:80", "--http", "127.0.0.1:80"}, "--http: the same address"},
      {"admin in the public place", {"--admin", "127.0.0.1:8443"}, "--admin: the same address and port as https"},
  };
  for (const auto& row : cases) {
    Args args{"serve", "--data", "d"};
    args.insert(args.end(), row.more.begin(), row.more.end());
    EXPECT_THAT(problems_of(args), ElementsAre(HasSubstr(row.problem))) << row.name;
  }
  EXPECT_TRUE(good({"serve", "--data", "d", "--http", "0.0.0.0:80", "--allow-plain-http"}).http);
  EXPECT_TRUE(good({"serve", "--data", "d", "--http", "localhost:0", "--admin", "localhost:0"}).http);
}

TEST_F(ConfigTest, init_and_import_know_their_own_settings) {
  const auto init = good({"init", "--data", "d", "--store", "demo", "--json"});
  EXPECT_EQ(init.command, Command::kInit);
  EXPECT_EQ(init.name, "demo");
  EXPECT_EQ(init.currency, "EUR");
  EXPECT_TRUE(init.json);
  const auto named = good({"init", "--data", "d", "--store", "demo", "--name", "Caf\xC3\xA9", "--currency", "JPY"});
  EXPECT_EQ(named.name, "Caf\xC3\xA9");
  EXPECT_EQ(named.currency, "JPY");
  const auto import = good({"import", "--data", "d", "--store", "demo", folder_.string()});
  EXPECT_EQ(import.command, Command::kImport);
  EXPECT_EQ(import.folder, folder_.string());

  EXPECT_THAT(problems_of({"init"}), ElementsAre(HasSubstr("--data: is required"), HasSubstr("--store: is required")));
  EXPECT_THAT(problems_of({"init", "--data", "d", "--store", "a b", "--currency", "XXX", "--name", ""}),
              ElementsAre(HasSubstr("--store \"a b\""), HasSubstr("--name \"\""), HasSubstr("--currency \"XXX\"")));
  EXPECT_THAT(problems_of({"import", "--data", "d", "--store", "s"}), ElementsAre(HasSubstr("FOLDER: is required")));
  EXPECT_THAT(problems_of({"import", "--data", "d", "--store", "s", "/none"}),
              ElementsAre(HasSubstr("FOLDER \"/none\"")));
  EXPECT_THAT(problems_of({"init", "--data", "d", "--store", "s", "--sandbox"}),
              ElementsAre(HasSubstr("unknown flag")));
}

TEST_F(ConfigTest, other_programs_variables_are_left_alone) {
  good({"serve", "--data", "d"}, {{"KASSA_PORT", "tcp://10.0.0.1:443"}, {"KASSA_STORE", "x y"}, {"PATH", "/bin"}});
}

TEST_F(ConfigTest, version_and_help_are_printed) {
  const auto version = good({"--version"});
  EXPECT_EQ(version.command, Command::kPrint);
  EXPECT_THAT(version.output, ::testing::MatchesRegex("kassad [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(good({"--help"}).output, HasSubstr("import"));
  EXPECT_THAT(good({"serve", "--help"}).output, HasSubstr("--group-commit-max"));
}

TEST_F(ConfigTest, a_command_line_that_names_no_command_is_one_problem) {
  EXPECT_EQ(problems_of({}).size(), 1U);
  EXPECT_EQ(problems_of({"sevre"}).size(), 1U);
  EXPECT_EQ(problems_of({"serve", "--data"}).size(), 1U);
  EXPECT_EQ(problems_of({"serve", "--data", "a", "--data", "b"}).size(), 1U) << "twice is a mistake";
}

}  // namespace
}  // namespace kassa::platform
