#include "tests/conformance/session_cache/redis_server.hpp"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include "services/platform/redis/slot_map.hpp"
#include "tests/conformance/session_cache/eventually.hpp"

namespace kassa {
namespace {

constexpr char kProgram[] = "/usr/bin/redis-server";
constexpr char kClient[] = "/usr/bin/redis-cli";
constexpr int kReplicas = 3;
using Kind = platform::RedisReply::Kind;

struct Freed {
  void operator()(redisContext* context) const { redisFree(context); }
};
using Connection = std::unique_ptr<redisContext, Freed>;

Connection connect(std::uint16_t port) {
  const timeval limit{5, 0};
  Connection connection(redisConnectWithTimeout("127.0.0.1", port, limit));
  ensure(connection != nullptr, "no memory for a connection");
  if (connection->err == 0) redisSetTimeout(connection.get(), limit);
  return connection;
}

void append(redisContext& connection, const std::vector<std::string>& words) {
  std::vector<const char*> text;
  std::vector<std::size_t> size;
  for (const std::string& word : words) {
    text.push_back(word.data());
    size.push_back(word.size());
  }
  redisAppendCommandArgv(&connection, static_cast<int>(words.size()), text.data(), size.data());
}

bool contains(const platform::RedisReply& reply, std::string_view text) {
  return reply.text.find(text) != std::string::npos;
}

}  // namespace

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ensure(::bind(socket, generic, size) == 0, "bind");
  ensure(::getsockname(socket, generic, &size) == 0, "getsockname");
  ::close(socket);
  return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)), port_(free_port()) {
  start();
}

RedisServer::~RedisServer() = default;

void RedisServer::kill() { process_.reset(); }

void RedisServer::start() {
  std::vector<std::string> arguments{kProgram,
                                     "--port",
                                     std::to_string(port_),
                                     "--bind",
                                     "127.0.0.1",
                                     "--unixsocket",
                                     socket(),
                                     "--save",
                                     "",
                                     "--dir",
                                     folder_.path(),
                                     "--appendonly",
                                     "no",
                                     "--loglevel",
                                     "warning",
                                     "--enable-debug-command",
                                     "yes"};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  process_ = std::make_unique<ChildProcess>(arguments);
  const bool answers = eventually([this] { return command({"PING"}).kind == Kind::kText; });
  ensure(answers, "redis-server did not start; is the package redis-server installed?");
}

platform::RedisReply RedisServer::command(const std::vector<std::string>& words) const {
  platform::RedisReply out;
  const Connection connection = connect(port_);
  if (connection->err != 0) return out;
  append(*connection, words);
  void* reply = nullptr;
  if (redisGetReply(connection.get(), &reply) != REDIS_OK || reply == nullptr) return out;
  out = platform::copy_reply(*static_cast<redisReply*>(reply));
  freeReplyObject(reply);
  return out;
}

void RedisServer::send(const std::vector<std::string>& words) const {
  const Connection connection = connect(port_);
  append(*connection, words);
  int done = 0;
  while (done == 0) ensure(redisBufferWrite(connection.get(), &done) == REDIS_OK, "redis does not take commands");
}

RedisCluster::RedisCluster() {
  std::vector<std::string> create{kClient, "--cluster", "create"};
  for (int i = 0; i < 2 * kReplicas; ++i) {
    servers.push_back(std::make_unique<RedisServer>(
        std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port",
                                 std::to_string(free_port()), "--repl-diskless-sync-delay", "0"}));
    create.push_back("127.0.0.1:" + std::to_string(servers.back()->port()));
  }
  create.insert(create.end(), {"--cluster-replicas", "1", "--cluster-yes"});
  ChildProcess maker(create);
  const std::string said = maker.read_all();
  if (maker.wait() != 0) throw std::runtime_error(said);
  const bool up = eventually([this] {
    // Everyone has heard of every replica, else a primary would ignore the one that wants to take over.
    const auto is_up = [](const auto& server) {
      const std::string nodes = server->command({"CLUSTER", "NODES"}).text;
      int replicas = 0;
      for (auto at = nodes.find("slave"); at != std::string::npos; at = nodes.find("slave", at + 1)) ++replicas;
      return replicas == kReplicas && contains(server->command({"CLUSTER", "INFO"}), "cluster_state:ok");
    };
    const auto follows = [](const auto& server) {
      return contains(server->command({"INFO", "replication"}), "master_link_status:up");
    };
    return std::ranges::all_of(servers, is_up) && std::ranges::count_if(servers, follows) == kReplicas;
  });
  ensure(up, "the cluster did not come up");
}

std::string RedisCluster::url() const { return "redis+cluster://127.0.0.1:" + std::to_string(servers[0]->port()); }

RedisServer& RedisCluster::primary_of(const std::string& key) {
  const std::uint16_t slot = platform::slot_of(key);
  for (const auto& server : servers) {
    const auto map = platform::SlotMap::read(server->command({"CLUSTER", "SLOTS"}), platform::RedisAddress{});
    if (!map || map->owner(slot) == nullptr) continue;
    for (const auto& candidate : servers) {
      if (candidate->port() == map->owner(slot)->port) return *candidate;
    }
  }
  throw std::runtime_error("no primary for " + key);
}

RedisServer& RedisCluster::replica_of(const RedisServer& primary) {
  const std::string id = id_of(primary);
  for (const auto& server : servers) {
    const auto nodes = server->command({"CLUSTER", "NODES"}).text;
    const auto mine = nodes.find("myself,slave " + id);
    if (mine != std::string::npos) return *server;
  }
  throw std::runtime_error("no replica");
}

RedisServer& RedisCluster::other_primary(const RedisServer& than) {
  for (const auto& server : servers) {
    if (server.get() != &than && contains(server->command({"ROLE"}).elements.at(0), "master")) return *server;
  }
  throw std::runtime_error("no other primary");
}

std::string RedisCluster::id_of(const RedisServer& server) const { return server.command({"CLUSTER", "MYID"}).text; }

void RedisCluster::flush() {
  for (const auto& server : servers) static_cast<void>(server->command({"FLUSHALL"}));
}

}  // namespace kassa
