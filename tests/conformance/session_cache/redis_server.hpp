#pragma once
// Real Redis servers for tests: from Debian's package, on free loopback ports and a Unix socket in a folder of their
// own, without persistence, ended with the object. Commands of the test go over a blocking connection of hiredis.

#include <memory>
#include <string>
#include <vector>

#include "services/platform/redis/reply.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa {

[[nodiscard]] std::uint16_t free_port();

class RedisServer {
 public:
  /// `options`: further "--name", "value" arguments.
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();

  /// As after a crash: what it held is gone. start() brings it back at the same address.
  void kill();
  void start();

  platform::RedisReply command(const std::vector<std::string>& words) const;
  /// Sends without waiting for the reply.
  void send(const std::vector<std::string>& words) const;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string socket() const { return (folder_.path() / "redis.sock").string(); }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryFolder folder_{TemporaryFolder::On::kMemory};
  std::vector<std::string> options_;
  std::uint16_t port_;
  std::unique_ptr<ChildProcess> process_;
};

/// Three primaries, each with a replica.
class RedisCluster {
 public:
  RedisCluster();

  [[nodiscard]] std::string url() const;
  /// The node that says it is the primary of the key's slot.
  RedisServer& primary_of(const std::string& key);
  /// A replica of that primary, connected to it.
  RedisServer& replica_of(const RedisServer& primary);
  RedisServer& other_primary(const RedisServer& than);
  std::string id_of(const RedisServer& server) const;
  void flush();

  std::vector<std::unique_ptr<RedisServer>> servers;
};

}  // namespace kassa
