#pragma once
// The Redis of one I/O thread: a single server, or a cluster of which it knows the slot map. Follows MOVED and ASK,
// asks for the map again when it proves to be old, and keeps one connection to each node.

#include <map>
#include <memory>
#include <string>

#include "services/platform/redis/connection.hpp"
#include "services/platform/redis/slot_map.hpp"

namespace kassa::platform {

class RedisRouter {
 public:
  using Time = RedisConnection::Time;

  RedisRouter(const asio::any_io_executor& executor, const RedisOptions& options, ports::Log& log);
  ~RedisRouter();
  RedisRouter(const RedisRouter&) = delete;
  RedisRouter& operator=(const RedisRouter&) = delete;

  /// Sends a command about `key` to whoever serves it. An error of Redis is an error here (kUpstreamUnknown), except
  /// NOSCRIPT, which is handed back. Words and key must live until the answer is there.
  asio::awaitable<Result<RedisReply>> call(std::string_view key, RedisWords words, Time until);

 private:
  /// Outlives the router while it is being asked for.
  struct Cluster;
  asio::awaitable<Result<RedisReply>> call_cluster(std::string_view key, RedisWords words, Time until);

  std::shared_ptr<Cluster> nodes_;
};

}  // namespace kassa::platform
