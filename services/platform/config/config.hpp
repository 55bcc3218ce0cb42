#pragma once
// What the operator decided: command line over environment (KASSA_*) over the TOML file over defaults,
// checked as a whole before anything starts. Every problem is one line that names where the value came from,
// the value and what is allowed; all of them are told at once. Read once by main(), then immutable. The table
// of settings is settings.hpp; docs/configuration.md is generated from it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/base/limits.hpp"
#include "services/base/result.hpp"
#include "services/platform/server/proxies.hpp"
#include "services/ports/log.hpp"

namespace kassa::platform {

/// What main() returns when load_config() refuses.
inline constexpr int kUsageExitCode = 2;

enum class Command : unsigned char {
  kServe,
  kInit,
  kImport,
  kImportDiscounts,
  kPrint,  ///< --help or --version: write `Config::output` to stdout and end with 0.
};

/// Where to listen. `address` is an IP address, port 0 picks a free one.
struct Endpoint {
  std::string address;
  std::uint16_t port{};
  bool tls{};

  Endpoint() = default;
  Endpoint(std::string address_, std::uint16_t port_, bool tls_)
      : address(std::move(address_)), port(port_), tls(tls_) {}
};

/// A lasting number of requests a second, and how many at once after a rest. 0 a second: no limit.
struct Rate {
  std::int64_t per_second{};
  std::int64_t burst{};
  friend bool operator==(const Rate&, const Rate&) = default;
};

struct Config {
  Command command{Command::kServe};
  std::string output;
  std::vector<std::string> warnings;  ///< What is odd and refuses nothing, one line each.

  std::string data;           ///< The data directory; holds the database, keys and development certificate.
  std::string database;       ///< Empty: SQLite in the data directory. Else a PostgreSQL URI; may hold a password.
  std::string keys_database;  ///< For the keys of persons; empty: the same.
  std::string sessions;       ///< Empty: in this process's memory. Else where Redis is; may hold a password.

  // init, import
  std::string store;
  std::string name;  ///< Empty: the same as `store`.
  std::string currency;
  bool live{};
  bool json{};
  std::string folder;
  bool new_store{};  ///< import: a store that does not exist is made.

  // import-discounts
  std::string from;  ///< Whose export it is.
  std::string file;

  // serve
  std::string config_file;
  std::optional<Endpoint> https;
  std::optional<Endpoint> http;
  Endpoint admin;               ///< Plain on a loopback address, TLS anywhere else.
  std::string tls_certificate;  ///< Empty together with tls_key: a self-signed one in the data directory.
  std::string tls_key;
  std::string public_url;  ///< Without a trailing slash; empty: made from the first listener.
  unsigned threads{};      ///< 0: one per core.
  ports::Log::Level log_level{ports::Log::Level::kInfo};
  std::size_t group_commit_max{limits::kCommitGroupMax};
  std::chrono::seconds drain_time{limits::kDrainTime};
  std::chrono::seconds probe_time{};  ///< Between two probes of the load balancer; 0: nobody probes.
  bool is_api{true};                  ///< Answers shoppers.
  bool is_worker{true};               ///< Does what nobody waits for.
  std::chrono::seconds header_time{limits::kHeaderTime};
  std::chrono::seconds body_time{limits::kBodyTime};
  std::chrono::seconds idle_time{limits::kIdleTime};
  std::size_t connections_max{limits::kConnectionsMax};
  std::size_t connections_per_address_max{limits::kConnectionsPerAddressMax};
  Networks trusted_proxies;
  ProxyHeader proxy_header{ProxyHeader::kXForwardedFor};
  Rate rate_public{1'000, 2'000};
  Rate rate_read{2'000, 4'000};
  Rate rate_write{1'000, 2'000};
  Rate rate_create{10, 100};
  Rate rate_gateway{500, 1'000};
  Rate rate_admin{100, 200};
  bool rate_limit_loopback{};
  std::size_t session_cache_mb{limits::kSessionCacheBytes / (1024 * 1024)};
  std::size_t stores_in_memory_max{1'000};
  std::size_t kept_answers_mb_per_day{4'096};
  unsigned abandoned_checkout_days{30};
  bool sandbox{};
  bool allow_plain_http{};
  bool webhook_allow_loopback{};
  bool profile_allow_loopback{};
  std::string simulation_secret;
  std::vector<std::uint16_t> outgoing_ports{443};
  std::string outgoing_ca_file;
  std::string smtp_url;  ///< Empty: no letters are sent from here.
  std::string smtp_from;
  std::string smtp_login;  ///< USER:PASSWORD, or empty.
  std::string crash_at;
  bool new_keys{};  ///< init: of a store that is there.
};

using Environment = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Environment process_environment();

/// `args` without the program's name. The error's detail holds one line per problem.
[[nodiscard]] Result<Config> load_config(const std::vector<std::string>& args, const Environment& environment);

}  // namespace kassa::platform
