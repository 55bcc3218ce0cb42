#include "services/platform/redis/redis_session_cache.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include "services/base/ensure.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kMetric = "session_cache_calls_total";
/// In front of each value: epoch, n and the expiry, 8 bytes each, most significant first.
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kVersionBytes = 2 * kNumberBytes;
constexpr std::size_t kHeadBytes = 3 * kNumberBytes;

/// The last bytes of a value are its seal's authentication tag, which no two values share: a version says in which
/// order values came, the tag which one it is, should Redis go back in time and another be made of the same version.
constexpr std::size_t kMarkBytes = 8;

/// 1: unchanged; nil: nothing; else the value. ARGV: version and mark.
constexpr std::string_view kGetChanged = R"(
local have = redis.call('GETRANGE', KEYS[1], 0, 15)
if have == '' then return false end
if have .. redis.call('GETRANGE', KEYS[1], -8, -1) == ARGV[1] then return 1 end
return redis.call('GET', KEYS[1])
)";

/// 1: stored; else what is there instead, or nil. ARGV: expected version, with its mark where that is known, or
/// nothing; value, milliseconds to live.
constexpr std::string_view kPutIf = R"(
local have = redis.call('GETRANGE', KEYS[1], 0, 15)
if #ARGV[1] > 16 then have = have .. redis.call('GETRANGE', KEYS[1], -8, -1) end
if have ~= ARGV[1] then
  if have == '' then return false end
  return redis.call('GET', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
)";

/// 1: nothing is there now; 0: something else is. ARGV: version and mark.
constexpr std::string_view kDropIf = R"(
local have = redis.call('GETRANGE', KEYS[1], 0, 15)
if have == '' then return 1 end
if have .. redis.call('GETRANGE', KEYS[1], -8, -1) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
)";

void put_number(std::string& out, std::int64_t number) {
  for (std::size_t i = kNumberBytes; i-- > 0;) {
    out += static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xffU);
  }
}

std::int64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(number);
}

std::string version_text(const ports::SessionVersion& version) {
  std::string out;
  put_number(out, version.epoch);
  put_number(out, version.n);
  return out;
}

std::uint64_t mark_of(std::string_view value) {
  return static_cast<std::uint64_t>(number_at(value, value.size() - kMarkBytes));
}

std::string marked_version_text(const ports::SessionEntry& entry) {
  std::string out = version_text(entry.version);
  put_number(out, static_cast<std::int64_t>(entry.mark));
  return out;
}

bool is_one(const RedisReply& reply) { return reply.kind == RedisReply::Kind::kInteger && reply.integer == 1; }

}  // namespace

/// Redis names scripts by their SHA-1; nothing depends on its strength.
RedisSessionCache::Script::Script(std::string_view text_) : text(text_) {
  std::array<std::byte, 20> digest{};
  std::size_t size = 0;
  auto* const out = reinterpret_cast<unsigned char*>(digest.data());
  ensure(EVP_Q_digest(nullptr, "SHA1", nullptr, text.data(), text.size(), out, &size) == 1, "SHA-1 is not available");
  hash = to_hex(digest);
}

RedisSessionCache::RedisSessionCache(const std::vector<asio::io_context*>& contexts, const RedisOptions& options,
                                     ports::SessionCodec& codec, const Clock& clock, ports::Log& log,
                                     ports::Metrics& metrics)
    : options_(options),
      codec_(codec),
      clock_(clock),
      metrics_(metrics),
      get_changed_(kGetChanged),
      put_if_(kPutIf),
      drop_if_(kDropIf),
      recent_(options.recent_bytes_max) {
  for (asio::io_context* context : contexts) {
    routers_.emplace_back(context, std::make_unique<RedisRouter>(context->get_executor(), options_, log));
  }
}

std::string RedisSessionCache::key_of(const StoreId& store, const CheckoutId& id) {
  return "kassa:{" + store.value + ":" + id.value + "}";
}

asio::awaitable<Result<RedisReply>> RedisSessionCache::call(std::string_view key, RedisWords words,
                                                            RedisRouter::Time until) {
  const auto executor = co_await asio::this_coro::executor;
  asio::execution_context* const here = &asio::query(executor, asio::execution::context);
  RedisRouter* router = nullptr;
  for (auto& [context, owned] : routers_) {
    if (context == here) router = owned.get();
  }
  if (router == nullptr) co_return Error{Errc::kUpstreamNotSent, "this thread has no connection to redis"};
  auto reply = co_await router->call(key, std::move(words), until);
  metrics_.count(kMetric, reply ? "answered" : describe(reply.error().code).slug);
  co_return reply;
}

asio::awaitable<Result<RedisReply>> RedisSessionCache::run(const Script& script, std::string_view key,
                                                           std::string_view first, std::string_view second,
                                                           std::string_view third) {
  const auto until = std::chrono::steady_clock::now() + options_.budget;
  RedisWords words{"EVALSHA", script.hash, "1", key, first};
  if (!third.empty()) words.insert(words.end(), {second, third});
  auto reply = co_await call(key, words, until);
  if (!reply || !reply.value().is_error("NOSCRIPT")) co_return reply;
  words[0] = "EVAL";
  words[1] = script.text;
  co_return co_await call(key, std::move(words), until);
}

asio::awaitable<Result<RedisSessionCache::Entry>> RedisSessionCache::take(StoreId store, CheckoutId id,
                                                                          std::string value) {
  if (value.size() < kHeadBytes) co_return Error{Errc::kSealBroken, "a session in redis is damaged"};
  ports::SessionEntry entry;
  entry.version = ports::SessionVersion{number_at(value, 0), number_at(value, kNumberBytes)};
  entry.expires_at = from_millis(number_at(value, kVersionBytes));
  entry.mark = mark_of(value);
  const auto body = as_bytes(value).subspan(kHeadBytes);
  Bytes bytes(body.begin(), body.end());
  const std::string key = key_of(store, id);
  KASSA_CO_TRY(auto decoded, co_await codec_.decode(std::move(store), std::move(id), std::move(bytes)));
  entry.value = std::move(decoded);
  recent_.keep(key, entry);
  co_return Entry{std::move(entry)};
}

/// What Redis holds is older than what it held before: a failover lost a write that was answered. The Store may know
/// better, and raises the epoch when the session is opened from there.
asio::awaitable<Result<RedisSessionCache::Entry>> RedisSessionCache::lost_writes(StoreId store, CheckoutId id,
                                                                                 ports::SessionEntry old) {
  metrics_.count(kMetric, "went_back");
  KASSA_CO_TRY(co_await drop_seen(store, id, std::move(old)));
  co_return Entry{};
}

asio::awaitable<Result<std::optional<ports::SessionEntry>>> RedisSessionCache::get(const StoreId& store,
                                                                                   const CheckoutId& id) {
  const std::string key = key_of(store, id);
  const Entry known = recent_.find(key);
  Result<RedisReply> asked = Error{};
  if (known) {
    const std::string version = marked_version_text(*known);
    asked = co_await run(get_changed_, key, version);
  } else {
    RedisWords words{"GET", key};
    asked = co_await call(key, std::move(words), std::chrono::steady_clock::now() + options_.budget);
  }
  if (!asked) co_return asked.error();
  RedisReply reply = std::move(asked.value());
  if (known && is_one(reply)) co_return known;
  if (reply.kind != RedisReply::Kind::kText) {
    recent_.forget(key);
    co_return Entry{};
  }
  KASSA_CO_TRY(auto entry, co_await take(store, id, std::move(reply.text)));
  if (known && entry->version < known->version) co_return co_await lost_writes(store, id, std::move(*entry));
  co_return entry;
}

asio::awaitable<Result<bool>> RedisSessionCache::put(const StoreId& store, const CheckoutId& id,
                                                     std::optional<ports::SessionVersion> expected,
                                                     ports::SessionEntry entry) {
  const std::string key = key_of(store, id);
  KASSA_CO_TRY(auto bytes, co_await codec_.encode(entry.value));
  std::string value = version_text(entry.version);
  put_number(value, to_millis(entry.expires_at));
  value += as_text(bytes);
  entry.mark = mark_of(value);
  std::string compared = expected ? version_text(*expected) : std::string{};
  const Entry known = recent_.find(key);
  if (expected && known && known->version == *expected) compared = marked_version_text(*known);
  const std::int64_t left = (entry.expires_at - clock_.now()).count();
  const std::string life = std::to_string(std::max<std::int64_t>(1, left));
  KASSA_CO_TRY(auto reply, co_await run(put_if_, key, compared, value, life));
  if (is_one(reply)) {
    recent_.keep(key, std::move(entry));
    co_return true;
  }
  // What is there instead came with the refusal: whoever reads again need not fetch it.
  recent_.forget(key);
  if (reply.kind == RedisReply::Kind::kText) {
    const auto kept = co_await take(store, id, std::move(reply.text));
    if (!kept) recent_.forget(key);
  }
  co_return false;
}

asio::awaitable<Result<void>> RedisSessionCache::drop(const StoreId& store, const CheckoutId& id) {
  const std::string key = key_of(store, id);
  recent_.forget(key);
  RedisWords words{"DEL", key};
  KASSA_CO_TRY(co_await call(key, std::move(words), std::chrono::steady_clock::now() + options_.budget));
  co_return ok();
}

asio::awaitable<Result<bool>> RedisSessionCache::drop_seen(const StoreId& store, const CheckoutId& id,
                                                           ports::SessionEntry seen) {
  const std::string key = key_of(store, id);
  recent_.forget(key);
  const std::string compared = marked_version_text(seen);
  KASSA_CO_TRY(auto reply, co_await run(drop_if_, key, compared));
  co_return is_one(reply);
}

std::optional<ports::SessionEntry> RedisSessionCache::recent(const StoreId& store, const CheckoutId& id) {
  return recent_.find(key_of(store, id));
}

}  // namespace kassa::platform
