#include "tests/conformance/session_cache/backend.hpp"

#include <csignal>

#include "services/platform/store/memory_session_cache.hpp"

namespace kassa {
namespace {

class MemoryUnderTest final : public CacheUnderTest {
 public:
  MemoryUnderTest() { lose_everything(); }
  ports::SessionCache& node(std::size_t /*number*/) override { return *cache_; }
  void lose_everything() override { cache_ = std::make_unique<platform::MemorySessionCache>(clock); }
  bool outlive(Millis life) override {
    clock.advance(life + Millis{1});
    return true;
  }

 private:
  std::unique_ptr<platform::MemorySessionCache> cache_;
};

class OneRedis final : public RedisNodes {
 public:
  explicit OneRedis(std::unique_ptr<RedisServer> server) : RedisNodes(server->url()), server_(std::move(server)) {}
  void lose_everything() override { static_cast<void>(server_->command({"FLUSHALL"})); }

 private:
  std::unique_ptr<RedisServer> server_;
};

class WholeCluster final : public RedisNodes {
 public:
  explicit WholeCluster(std::unique_ptr<RedisCluster> cluster)
      : RedisNodes(cluster->url()), cluster_(std::move(cluster)) {}
  void lose_everything() override { cluster_->flush(); }

 private:
  std::unique_ptr<RedisCluster> cluster_;
};

std::unique_ptr<CacheUnderTest> make_memory() { return std::make_unique<MemoryUnderTest>(); }
std::unique_ptr<CacheUnderTest> make_redis() { return std::make_unique<OneRedis>(std::make_unique<RedisServer>()); }
std::unique_ptr<CacheUnderTest> make_cluster() {
  return std::make_unique<WholeCluster>(std::make_unique<RedisCluster>());
}

constexpr CacheBackend kBackends[] = {
    {"Memory", &make_memory}, {"Redis", &make_redis}, {"RedisCluster", &make_cluster}};

}  // namespace

std::span<const CacheBackend> cache_backends() { return kBackends; }

asio::awaitable<Result<Bytes>> NoteCodec::encode(std::shared_ptr<const ports::SessionValue> value) {
  const auto bytes = as_bytes(std::static_pointer_cast<const Note>(value)->text);
  co_return Bytes(bytes.begin(), bytes.end());
}

asio::awaitable<Result<std::shared_ptr<const ports::SessionValue>>> NoteCodec::decode(StoreId /*store*/,
                                                                                      CheckoutId /*id*/, Bytes bytes) {
  co_return std::make_shared<const Note>(std::string(as_text(bytes)));
}

RedisNodes::RedisNodes(const std::string& url, std::chrono::milliseconds budget)
    : options(platform::parse_redis_url(url).value()) {
  std::signal(SIGPIPE, SIG_IGN);
  options.budget = budget;
  make_nodes();
}

void RedisNodes::begin() {
  lose_everything();
  make_nodes();
}

void RedisNodes::make_nodes() {
  nodes_.clear();
  for (int i = 0; i < 2; ++i) {
    const std::vector<asio::io_context*> contexts{&io};
    nodes_.push_back(std::make_unique<platform::RedisSessionCache>(contexts, options, codec, clock, log, metrics));
  }
}

bool RedisNodes::outlive(Millis life) {
  const auto end = std::chrono::steady_clock::now() + life + Millis{20};
  return eventually([end] { return std::chrono::steady_clock::now() > end; });
}

SessionEntry entry(const Clock& clock, SessionVersion version, std::string text, Millis life) {
  SessionEntry out;
  out.version = version;
  out.expires_at = clock.now() + life;
  out.value = std::make_shared<const Note>(std::move(text));
  return out;
}

std::string text_of(const std::optional<SessionEntry>& entry) {
  return entry ? std::static_pointer_cast<const Note>(entry->value)->text : "nothing";
}

}  // namespace kassa
