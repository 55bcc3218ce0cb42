#pragma once
// Where Redis is and how to log in: read from one URL, so that switching to Redis is one line of configuration.
// Pure values and functions.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/result.hpp"

namespace kassa::platform {

struct RedisAddress {
  std::string host;
  std::uint16_t port{6379};
  std::string path;  ///< Of a Unix socket; not empty: host and port do not count.

  RedisAddress() = default;
  RedisAddress(std::string host_, std::uint16_t port_) : host(std::move(host_)), port(port_) {}
  friend bool operator==(const RedisAddress&, const RedisAddress&) = default;
};

/// "host:port" or the path, for logs and as the name of a connection.
[[nodiscard]] std::string to_text(const RedisAddress& address);

struct RedisOptions {
  std::vector<RedisAddress> nodes;  ///< One; of a cluster, any that are known.
  bool cluster{false};
  std::string user;      ///< Empty: the default user.
  std::string password;  ///< Empty: none is sent.
  int database{0};
  std::chrono::milliseconds budget{20};            ///< For one call of the cache, redirections included.
  std::size_t in_flight_max{1'024};                ///< Commands of one thread to one node; above, refused.
  std::size_t recent_bytes_max{64 * 1024 * 1024};  ///< Decoded sessions kept in this process.
};

/// redis://[user[:password]@]host[:port][/database], redis+cluster://[...@]host[:port][,host[:port]...] or
/// redis+unix://[user[:password]@]/path[?db=n]. User and password are percent-encoded. The detail of an error never
/// repeats the text.
[[nodiscard]] Result<RedisOptions> parse_redis_url(std::string_view text);

}  // namespace kassa::platform
