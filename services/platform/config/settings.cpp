#include "services/platform/config/settings.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "services/base/currency.hpp"
#include "services/base/email.hpp"
#include "services/base/text.hpp"
#include "services/platform/config/values.hpp"
#include "services/platform/redis/options.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kPathBytesMax = 4'095;
constexpr std::string_view kPath = "a path of at most 4095 bytes";
constexpr std::string_view kAddress =
    "ADDRESS:PORT with an IP address or localhost, for instance 127.0.0.1:8443 or [::1]:0";
constexpr std::string_view kRateValues =
    "REQUESTS or REQUESTS/BURST: whole numbers up to 1000000, REQUESTS 0 for no limit, BURST at least 1 and otherwise "
    "twice REQUESTS";
constexpr std::string_view kDatabase = "sqlite or postgresql://USER@HOST/DATABASE?sslmode=verify-full";
constexpr std::string_view kSessions =
    "memory, redis://HOST:PORT, redis+unix:///SOCKET or redis+cluster://HOST:PORT,HOST:PORT";
constexpr std::string_view kNetworks = "addresses and networks with commas between them, for instance 10.0.0.0/8, ::1";
constexpr std::string_view kSwitchValues = "true or false";

template <auto Member>
bool set_path(Config& config, std::string_view value) {
  config.*Member = value;
  return is_plain_text(value, kPathBytesMax);
}

template <auto Member>
bool set_switch(Config& config, std::string_view value) {
  const auto read = read_switch(value);
  if (read) config.*Member = *read;
  return read.has_value();
}

template <auto Member, bool Tls>
bool set_endpoint(Config& config, std::string_view value) {
  const auto read = read_endpoint(value, Tls);
  if (read) config.*Member = *read;
  return read.has_value();
}

bool set_admin(Config& config, std::string_view value) {
  auto read = read_endpoint(value, false);
  if (!read) return false;
  read->tls = !is_loopback(*read);
  config.admin = *read;
  return true;
}

template <auto Member, std::int64_t Min, std::int64_t Max>
bool set_whole(Config& config, std::string_view value) {
  const auto read = read_whole(value, Min, Max);
  if (read) config.*Member = std::remove_reference_t<decltype(config.*Member)>(*read);
  return read.has_value();
}

template <auto Member>
bool set_database(Config& config, std::string_view value) {
  const bool embedded = value == "sqlite";
  config.*Member = embedded ? "" : value;
  return embedded || ((value.starts_with("postgresql://") || value.starts_with("postgres://")) &&
                      value.size() <= kPathBytesMax && is_visible_ascii(value));
}

bool set_sessions(Config& config, std::string_view value) {
  const bool own = value == "memory";
  config.sessions = own ? "" : value;
  return own || parse_redis_url(value).has_value();
}

bool set_roles(Config& config, std::string_view value) {
  const bool both = value == "api,worker" || value == "worker,api";
  config.is_api = both || value == "api";
  config.is_worker = both || value == "worker";
  return config.is_api || config.is_worker;
}

bool set_store(Config& config, std::string_view value) {
  config.store = value;
  return !value.empty() && value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool set_name(Config& config, std::string_view value) {
  config.name = value;
  return is_plain_text(value, 200);
}

bool set_currency(Config& config, std::string_view value) {
  config.currency = value;
  return value != "XXX" && Currency::from_code(value).has_value();
}

bool set_folder(Config& config, std::string_view value) {
  config.folder = value;
  std::error_code error;
  return is_plain_text(value, kPathBytesMax) && std::filesystem::is_directory(config.folder, error);
}

bool set_from(Config& config, std::string_view value) {
  config.from = value;
  return value == "shopify" || value == "medusa" || value == "commercetools";
}

bool set_file(Config& config, std::string_view value) {
  config.file = value;
  std::error_code error;
  return is_plain_text(value, kPathBytesMax) && std::filesystem::is_regular_file(config.file, error);
}

bool set_public_url(Config& config, std::string_view value) {
  config.public_url = value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
  return is_public_url(config.public_url);
}

template <auto Member>
bool set_rate(Config& config, std::string_view value) {
  const auto read = read_rate(value);
  if (read) config.*Member = *read;
  return read.has_value();
}

bool set_log_level(Config& config, std::string_view value) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  const auto* found = std::find(names.begin(), names.end(), value);
  if (found == names.end()) return false;
  config.log_level = static_cast<ports::Log::Level>(found - names.begin());
  return true;
}

bool set_trusted_proxies(Config& config, std::string_view value) {
  auto read = Networks::parse(value);
  if (read) config.trusted_proxies = std::move(*read);
  return read.has_value();
}

bool set_proxy_header(Config& config, std::string_view value) {
  constexpr std::array<std::string_view, 3> names{"x-forwarded-for", "forwarded", "proxy-v2"};
  const auto* found = std::find(names.begin(), names.end(), value);
  if (found == names.end()) return false;
  config.proxy_header = static_cast<ProxyHeader>(found - names.begin());
  return true;
}

bool set_simulation_secret(Config& config, std::string_view value) {
  config.simulation_secret = value;
  return value.size() >= 8 && value.size() <= 255 && is_visible_ascii(value);
}

bool set_outgoing_ports(Config& config, std::string_view value) {
  auto read = read_ports(value);
  if (read) config.outgoing_ports = std::move(*read);
  return read.has_value();
}

bool set_smtp_url(Config& config, std::string_view value) {
  config.smtp_url = value;
  const bool tls = value.starts_with("smtps://");
  if (!tls && !value.starts_with("smtp://")) return false;
  const std::string_view place = value.substr(tls ? 8 : 7);
  return !place.empty() && place.size() <= 255 && is_visible_ascii(place) &&
         place.find_first_of("/@?#") == std::string_view::npos;
}

bool set_smtp_from(Config& config, std::string_view value) {
  config.smtp_from = value;
  return is_email(value) && is_visible_ascii(value) && value.find_first_of("<>\"") == std::string_view::npos;
}

bool set_smtp_login(Config& config, std::string_view value) {
  config.smtp_login = value;
  const auto colon = value.find(':');
  return is_visible_ascii(value) && colon != 0 && colon != std::string_view::npos && value.size() <= 512;
}

bool set_crash_at(Config& config, std::string_view value) {
  config.crash_at = value;
  return true;  // The crash points check it: they know their names.
}

static_assert(limits::kCommitGroupMax == 64 && limits::kDrainTime.count() == 10, "the table below tells both numbers");
static_assert(limits::kHeaderTime.count() == 10 && limits::kBodyTime.count() == 30 && limits::kIdleTime.count() == 75 &&
                  limits::kConnectionsMax == 10'000 && limits::kConnectionsPerAddressMax == 1'024 &&
                  limits::kSessionCacheBytes == std::size_t{256} * 1024 * 1024,
              "and these");

constexpr unsigned kForAll = kForServe | kForInit | kForImport;

constexpr std::array kSettings{
    Setting{"data", kForAll, kFromAll, Form::kValue, kRequired, kPath,
            "Data directory: database, master key, development certificate.", set_path<&Config::data>},
    Setting{"database", kForAll, kFromFile | kFromEnvironment, Form::kSecret, "sqlite", kDatabase,
            "Where everything durable is; see docs/postgres.md.", set_database<&Config::database>},
    Setting{"keys_database", kForAll, kFromFile | kFromEnvironment, Form::kSecret, "the same as database", kDatabase,
            "Where the keys of persons are, to be kept and backed up apart.", set_database<&Config::keys_database>},
    Setting{"sessions", kForServe, kFromFile | kFromEnvironment, Form::kSecret, "memory", kSessions,
            "Where open checkouts are; shared by all processes unless in memory; see docs/redis.md.", set_sessions},
    Setting{"roles", kForServe, kFromAll, Form::kValue, "api,worker", "api, worker or api,worker",
            "What this process does: answer shoppers, or complete, deliver and tidy up. Without api the public "
            "listeners answer probes only.",
            set_roles},
    Setting{"config", kForServe, kFromEnvironment | kFromFlag, Form::kValue, "", kPath,
            "TOML file with the settings below.", set_path<&Config::config_file>},
    Setting{"https", kForServe, kFromAll, Form::kValue, "127.0.0.1:8443 when http is not set either", kAddress,
            "Public listener over TLS.", set_endpoint<&Config::https, true>},
    Setting{"http", kForServe, kFromAll, Form::kValue, "", kAddress,
            "Public listener without TLS; on a loopback address unless allow_plain_http is true.",
            set_endpoint<&Config::http, false>},
    Setting{"admin", kForServe, kFromAll, Form::kValue, "127.0.0.1:8444", kAddress,
            "Merchant API, metrics and health. Plain HTTP on a loopback address, TLS on any other.", set_admin},
    Setting{"tls_certificate", kForServe, kFromAll, Form::kValue, "self-signed, in the data directory", kPath,
            "PEM file: certificate and its chain. Goes with tls_key.", set_path<&Config::tls_certificate>},
    Setting{"tls_key", kForServe, kFromAll, Form::kValue, "", kPath,
            "PEM file: private key. Goes with tls_certificate.", set_path<&Config::tls_key>},
    Setting{"public_url", kForServe, kFromAll, Form::kValue, "from the first listener",
            "https://host[:port] without a path (http only for a loopback host)",
            "How shoppers and agents reach this service; goes into links, profiles and webhooks.", set_public_url},
    Setting{"threads", kForServe, kFromAll, Form::kValue, "0", "a whole number from 0 to 256",
            "I/O threads; 0 is one per core.", set_whole<&Config::threads, 0, 256>},
    Setting{"log_level", kForServe, kFromAll, Form::kValue, "info", "debug, info, warn or error",
            "Least important level that is written.", set_log_level},
    Setting{"group_commit_max", kForServe, kFromAll, Form::kValue, "64", "a whole number from 1 to 64",
            "Most transactions in one durable commit.", set_whole<&Config::group_commit_max, 1, 64>},
    Setting{"drain_seconds", kForServe, kFromAll, Form::kValue, "10", "a whole number from 0 to 300",
            "How long requests in flight may take to finish after SIGTERM.", set_whole<&Config::drain_time, 0, 300>},
    Setting{"probe_seconds", kForServe, kFromAll, Form::kValue, "0", "a whole number from 0 to 60",
            "How often a load balancer asks /readyz. After SIGTERM that is red for two such periods before connections "
            "are closed.",
            set_whole<&Config::probe_time, 0, 60>},
    Setting{"header_seconds", kForServe, kFromAll, Form::kValue, "10", "a whole number from 1 to 300",
            "How long a request's head may take from its first byte to its last; then 408.",
            set_whole<&Config::header_time, 1, 300>},
    Setting{"body_seconds", kForServe, kFromAll, Form::kValue, "30", "a whole number from 1 to 300",
            "How long a request's body may take; then 408.", set_whole<&Config::body_time, 1, 300>},
    Setting{"idle_seconds", kForServe, kFromAll, Form::kValue, "75", "a whole number from 1 to 3600",
            "How long a connection may wait for its next request.", set_whole<&Config::idle_time, 1, 3'600>},
    Setting{"connections_max", kForServe, kFromAll, Form::kValue, "10000", "a whole number from 1 to 1000000",
            "Most connections of a listener; above, the longest idle one is closed, or the newest.",
            set_whole<&Config::connections_max, 1, 1'000'000>},
    Setting{"connections_per_address_max", kForServe, kFromAll, Form::kValue, "1024",
            "a whole number from 1 to 1000000", "Most connections of one client address; above, the newest is closed.",
            set_whole<&Config::connections_per_address_max, 1, 1'000'000>},
    Setting{"trusted_proxies", kForServe, kFromAll, Form::kValue, "", kNetworks,
            "The proxies in front of the public listeners: what they say about a client's address counts, nobody "
            "else's word does. See docs/operations.md.",
            set_trusted_proxies},
    Setting{"proxy_header", kForServe, kFromAll, Form::kValue, "x-forwarded-for",
            "x-forwarded-for, forwarded or proxy-v2",
            "How the trusted proxies say it: in that header of a request, or before the first byte of a connection.",
            set_proxy_header},
    Setting{"session_cache_mb", kForServe, kFromAll, Form::kValue, "256", "a whole number from 16 to 1048576",
            "Memory for open checkouts, in MiB; those asked for longest ago are read from the database again.",
            set_whole<&Config::session_cache_mb, 16, 1'048'576>},
    Setting{"stores_in_memory_max", kForServe, kFromAll, Form::kValue, "1000", "a whole number from 1 to 1000000",
            "Stores whose catalogue is held in memory; above, those asked for longest ago go, but none within 30 s of "
            "its last request.",
            set_whole<&Config::stores_in_memory_max, 1, 1'000'000>},
    Setting{"kept_answers_mb_per_day", kForServe, kFromAll, Form::kValue, "4096", "a whole number from 1 to 1048576",
            "Disk for answers kept under idempotency keys, in MiB, a day and store, of callers that prove no identity: "
            "publishable keys and unsigned platforms; then 429. Each answer is kept for 24 hours.",
            set_whole<&Config::kept_answers_mb_per_day, 1, 1'048'576>},
    Setting{"rate_public", kForServe, kFromAll, Form::kValue, "1000/2000", kRateValues,
            "Requests a second of one client address that proves no identity: discovery, preflights, wrong keys, "
            "platforms.",
            set_rate<&Config::rate_public>},
    Setting{"rate_read", kForServe, kFromAll, Form::kValue, "2000/4000", kRateValues,
            "Reads of checkouts and orders a second of one secret key, or of one publishable key or platform at one "
            "address.",
            set_rate<&Config::rate_read>},
    Setting{"rate_write", kForServe, kFromAll, Form::kValue, "1000/2000", kRateValues,
            "Changes of checkouts a second, counted as rate_read does.", set_rate<&Config::rate_write>},
    Setting{"rate_create", kForServe, kFromAll, Form::kValue, "10/100", kRateValues,
            "New checkouts a second at one address of one publishable key, or of all platforms together: anybody can "
            "make them.",
            set_rate<&Config::rate_create>},
    Setting{"rate_gateway", kForServe, kFromAll, Form::kValue, "500/1000", kRateValues,
            "Webhooks of payment gateways a second of one address.", set_rate<&Config::rate_gateway>},
    Setting{"rate_admin", kForServe, kFromAll, Form::kValue, "100/200", kRateValues,
            "Requests to the merchant API a second of one secret key.", set_rate<&Config::rate_admin>},
    Setting{"rate_limit_loopback", kForServe, kFromAll, Form::kSwitch, "false", kSwitchValues,
            "Rate limits also count clients on loopback addresses.", set_switch<&Config::rate_limit_loopback>},
    Setting{"abandoned_checkout_days", kForServe, kFromAll, Form::kValue, "30", "a whole number from 1 to 3650",
            "Days after its expiry that a checkout nobody completed is deleted, with its shopper's data.",
            set_whole<&Config::abandoned_checkout_days, 1, 3'650>},
    Setting{"sandbox", kForServe, kFromAll, Form::kSwitch, "false", kSwitchValues,
            "Test deployment: simulation endpoints and the fake gateway are there.", set_switch<&Config::sandbox>},
    Setting{"allow_plain_http", kForServe, kFromAll, Form::kSwitch, "false", kSwitchValues,
            "Lets the http listener bind other than loopback addresses, for use behind a TLS proxy.",
            set_switch<&Config::allow_plain_http>},
    Setting{"webhook_allow_loopback", kForServe, kFromAll, Form::kSwitch, "false", kSwitchValues,
            "Webhooks may go to loopback addresses and over plain HTTP there. Only with sandbox.",
            set_switch<&Config::webhook_allow_loopback>},
    Setting{"profile_allow_loopback", kForServe, kFromAll, Form::kSwitch, "false", kSwitchValues,
            "Agent profiles may be fetched from loopback addresses and over plain HTTP there. For tests.",
            set_switch<&Config::profile_allow_loopback>},
    Setting{"simulation_secret", kForServe, kFromFile | kFromEnvironment, Form::kSecret, "",
            "8 to 255 visible ASCII characters", "What a caller of the simulation endpoints must present.",
            set_simulation_secret},
    Setting{"outgoing_ports", kForServe, kFromAll, Form::kValue, "443", "port numbers with commas between them",
            "Ports that outgoing calls (gateways, carriers, webhooks, profiles) may use.", set_outgoing_ports},
    Setting{"outgoing_ca_file", kForServe, kFromAll, Form::kValue, "", kPath,
            "PEM file of further certificate authorities for outgoing calls.", set_path<&Config::outgoing_ca_file>},
    Setting{"smtp_url", kForServe, kFromAll, Form::kValue, "",
            "smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS, which only this machine may lack",
            "Mail relay for confirmations of orders; see docs/pages.md. Set it with smtp_from.", set_smtp_url},
    Setting{"smtp_from", kForServe, kFromAll, Form::kValue, "", "an e-mail address in ASCII", "Whom letters are from.",
            set_smtp_from},
    Setting{"smtp_login", kForServe, kFromFile | kFromEnvironment, Form::kSecret, "", "USER:PASSWORD",
            "How to log in to the mail relay.", set_smtp_login},
    Setting{"crash_at", kForAll, kFromEnvironment, Form::kValue, "", "<point>:<n>[,<point>:<n>...]",
            "Tests only: ends the process at the n-th hit of a named crash point.", set_crash_at},
    Setting{"store", kForInit | kForImport, kFromEnvironment | kFromFlag, Form::kValue, kRequired,
            "1 to 64 of the characters a-z A-Z 0-9 _ -", "The store's handle.", set_store},
    Setting{"name", kForInit, kFromEnvironment | kFromFlag, Form::kValue, "the handle", "1 to 200 bytes of text",
            "The store's name for people.", set_name},
    Setting{"currency", kForInit, kFromEnvironment | kFromFlag, Form::kValue, "EUR", "an ISO 4217 code such as EUR",
            "The store's default currency.", set_currency},
    Setting{"live", kForInit, kFromFlag, Form::kSwitch, "false", kSwitchValues,
            "A live store: it gets live keys, and test keys beside them.", set_switch<&Config::live>},
    Setting{"json", kForInit, kFromFlag, Form::kSwitch, "false", kSwitchValues,
            "Prints the result (store, keys) as one JSON object.", set_switch<&Config::json>},
    Setting{"new_keys", kForInit, kFromFlag, Form::kSwitch, "false", kSwitchValues,
            "Makes new keys of its modes for a store that exists, and ends all of its old ones. Nothing else changes.",
            set_switch<&Config::new_keys>},
    Setting{"new", kForImport, kFromFlag, Form::kSwitch, "false", kSwitchValues,
            "A store that does not exist yet is made, without keys. Else a handle that is not known is refused.",
            set_switch<&Config::new_store>},
    Setting{"folder", kForImport, kFromFlag, Form::kPositional, kRequired, "an existing folder",
            "Catalogue files to import.", set_folder},
    Setting{"from", kForImportDiscounts, kFromFlag, Form::kValue, kRequired, "shopify, medusa or commercetools",
            "The system whose discounts the file holds.", set_from},
    Setting{"file", kForImportDiscounts, kFromFlag, Form::kPositional, kRequired, "an existing file",
            "The export: JSON, or one object a line.", set_file},
};

std::string upper(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

std::string flag_of(const Setting& setting) {
  if (setting.form == Form::kPositional) return upper(setting.key);
  std::string flag = "--" + std::string(setting.key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string variable_of(const Setting& setting) {
  return setting.key == "crash_at" ? "CRASH_AT" : "KASSA_" + upper(setting.key);
}

}  // namespace kassa::platform
