#include "services/platform/redis/router.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace kassa::platform {
namespace {

constexpr int kHopsMax = 5;
constexpr std::chrono::milliseconds kRefreshEvery{250};
constexpr std::chrono::milliseconds kRefreshTime{200};

Result<RedisReply> judged(Result<RedisReply> reply) {
  if (!reply || is_answer(reply.value())) return reply;
  const std::string& text = reply.value().text;
  return Error{Errc::kUpstreamUnknown, "redis refused: " + text.substr(0, text.find(' '))};
}

}  // namespace

struct RedisRouter::Cluster : std::enable_shared_from_this<Cluster> {
  Cluster(const asio::any_io_executor& executor_, const RedisOptions& options_, ports::Log& log_)
      : executor(executor_), options(options_), log(log_) {}

  std::shared_ptr<RedisConnection> at(const RedisAddress& address) {
    auto& connection = connections[to_text(address)];
    if (!connection) connection = std::make_shared<RedisConnection>(executor, address, options, log);
    return connection;
  }

  std::shared_ptr<RedisConnection> serving(std::uint16_t slot) {
    const RedisAddress* owner = map.owner(slot);
    // Any node knows better than nobody: it answers with MOVED.
    return at(owner != nullptr ? *owner : options.nodes[next_seed % options.nodes.size()]);
  }

  /// In the background, once at a time and not too often; whoever called meanwhile is not made to wait for it.
  void refresh() {
    const Time now = std::chrono::steady_clock::now();
    if (closed || refreshing || now < refresh_at) return;
    refreshing = true;
    ++next_seed;
    asio::co_spawn(executor, ask(shared_from_this()), asio::detached);
  }

  static asio::awaitable<void> ask(std::shared_ptr<Cluster> self) {
    std::vector<RedisAddress> candidates = self->map.nodes();
    candidates.insert(candidates.end(), self->options.nodes.begin(), self->options.nodes.end());
    for (std::size_t i = 0; i < candidates.size() && !self->closed; ++i) {
      const RedisAddress& address = candidates[(i + self->next_seed) % candidates.size()];
      const auto connection = self->at(address);
      RedisWords words{"CLUSTER", "SLOTS"};
      const auto reply = co_await connection->call(std::move(words), std::chrono::steady_clock::now() + kRefreshTime);
      if (!reply) continue;
      auto read = SlotMap::read(reply.value(), address);
      if (!read) continue;
      self->map = std::move(*read);
      self->forget_strangers();
      break;
    }
    self->refreshing = false;
    self->refresh_at = std::chrono::steady_clock::now() + kRefreshEvery;
  }

  /// Nodes that left the cluster; the configured ones stay.
  void forget_strangers() {
    std::erase_if(connections, [this](const auto& entry) {
      const auto same = [&](const RedisAddress& address) { return to_text(address) == entry.first; };
      if (std::ranges::any_of(map.nodes(), same) || std::ranges::any_of(options.nodes, same)) return false;
      entry.second->close();
      return true;
    });
  }

  void close() {
    closed = true;
    for (auto& [name, connection] : connections) connection->close();
  }

  asio::any_io_executor executor;
  const RedisOptions options;
  ports::Log& log;
  std::map<std::string, std::shared_ptr<RedisConnection>> connections;
  SlotMap map;
  std::size_t next_seed{};
  Time refresh_at{};
  bool refreshing{false};
  bool closed{false};
};

RedisRouter::RedisRouter(const asio::any_io_executor& executor, const RedisOptions& options, ports::Log& log)
    : nodes_(std::make_shared<Cluster>(executor, options, log)) {}

RedisRouter::~RedisRouter() { nodes_->close(); }

asio::awaitable<Result<RedisReply>> RedisRouter::call(std::string_view key, RedisWords words, Time until) {
  if (nodes_->options.cluster) co_return co_await call_cluster(key, std::move(words), until);
  const auto connection = nodes_->at(nodes_->options.nodes.front());
  auto reply = co_await connection->call(std::move(words), until);
  co_return judged(std::move(reply));
}

asio::awaitable<Result<RedisReply>> RedisRouter::call_cluster(std::string_view key, RedisWords words, Time until) {
  const std::shared_ptr<Cluster> cluster = nodes_;
  const std::uint16_t slot = slot_of(key);
  auto connection = cluster->serving(slot);
  bool asking = false;
  for (int hop = 0; hop < kHopsMax; ++hop) {
    auto reply = co_await connection->call(words, until, asking);
    const auto elsewhere =
        reply ? read_redirection(reply.value(), connection->address()) : std::optional<Redirection>{};
    if (!elsewhere) {
      auto answer = judged(std::move(reply));
      // Its primary may have been replaced; the others know by whom.
      if (!answer) cluster->refresh();
      co_return answer;
    }
    asking = reply.value().is_error("ASK ");
    if (!asking) {
      cluster->map.set_owner(elsewhere->slot, elsewhere->to);
      cluster->refresh();
    }
    connection = cluster->at(elsewhere->to);
  }
  co_return Error{Errc::kUpstreamUnknown, "redis sends us in circles"};
}

}  // namespace kassa::platform
