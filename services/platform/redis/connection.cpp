#include "services/platform/redis/connection.hpp"

#include <hiredis/async.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>

#include "services/base/ensure.hpp"

namespace kassa::platform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPauseMin{20};
constexpr milliseconds kPauseMax{1'000};
/// A server that owes a reply for longer is taken for dead, and its connection for lost.
constexpr milliseconds kSilenceMax{1'000};
constexpr std::size_t kWordsMax = 12;
/// What has come of one reply and is not whole yet. A session with everything that it may hold is far smaller; whatever
/// else lies under its name is damaged, and must not become this process's memory.
constexpr std::size_t kReplyBytesMax = std::size_t{16} * 1024 * 1024;

RedisConnection::Time now() { return std::chrono::steady_clock::now(); }

/// The server closed its end while nothing was due, so nobody was told.
bool has_ended(int socket) {
  char byte{};
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

struct RedisHooks {
  static RedisConnection& of(void* data) { return *static_cast<RedisConnection*>(data); }

  static void add_read(void* data) { of(data).want_read(); }
  static void add_write(void* data) { of(data).want_write(); }
  static void cleanup(void* data) { of(data).socket_gone(); }
  static void nothing(void* /*unused*/) {}
  static void connected(const redisAsyncContext* context, int status) {
    of(context->data).connected_ = status == REDIS_OK;
  }
  static void reply(redisAsyncContext* context, void* reply, void* /*unused*/) {
    of(context->data).take(static_cast<const redisReply*>(reply));
  }
  static void attach(redisAsyncContext& context, RedisConnection& connection) {
    context.data = &connection;
    context.ev.data = &connection;
    context.ev.addRead = &add_read;
    context.ev.delRead = &nothing;  // Waits end by themselves, once per event.
    context.ev.addWrite = &add_write;
    context.ev.delWrite = &nothing;
    context.ev.cleanup = &cleanup;
  }
};

RedisConnection::RedisConnection(const asio::any_io_executor& executor, RedisAddress address,
                                 const RedisOptions& options, ports::Log& log)
    : executor_(executor),
      address_(std::move(address)),
      options_(options),
      log_(log),
      socket_(executor),
      timer_(executor),
      resolver_(executor),
      pause_(kPauseMin) {}

RedisConnection::~RedisConnection() { close(); }

void RedisConnection::close() {
  drop_socket();
  timer_.cancel();
  resolver_.cancel();
}

asio::awaitable<Result<RedisReply>> RedisConnection::call(RedisWords words, Time until, bool asking) {
  Command command{std::move(words), until, asking};
  return submit_and_suspend<RedisReply>(*this, std::move(command));
}

void RedisConnection::submit(const Command& command, WaiterPtr<RedisReply> waiter) {
  const Time at = now();
  if (const auto can = ready(at); !can) {
    waiter->answer(can.error());
    return;
  }
  if (command.asking) issue({"ASKING"}, Call{nullptr, at, at});
  issue(command.words, Call{std::move(waiter), command.until, at});
  arm(command.until);
}

Result<void> RedisConnection::ready(Time at) {
  if (context_ != nullptr && connected_ && calls_.empty() && has_ended(context_->c.fd)) {
    drop_socket();
    retry_at_ = at;
  }
  if (context_ == nullptr && at < retry_at_) return Error{Errc::kUpstreamNotSent, "redis is not connected"};
  if (calls_.size() >= options_.in_flight_max) return Error{Errc::kOverloaded, "too many commands to redis"};
  if (!breaker_.allows(at)) return Error{Errc::kUpstreamNotSent, "redis is taken for away"};
  if (context_ == nullptr && !open(at)) return Error{Errc::kUpstreamNotSent, "redis is not connected"};
  return ok();
}

bool RedisConnection::open(Time at) {
  if (address_.path.empty() && numeric_host_.empty()) {
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(address_.host, not_literal);
    if (not_literal) {
      resolve();
      return false;
    }
    numeric_host_ = literal.to_string();
  }
  connected_ = false;
  context_ = address_.path.empty() ? redisAsyncConnect(numeric_host_.c_str(), address_.port)
                                   : redisAsyncConnectUnix(address_.path.c_str());
  if (context_ == nullptr) return false;
  boost::system::error_code refused;
  if (context_->err == 0) socket_.assign(context_->c.fd, refused);
  if (context_->err != 0 || refused) {
    drop_socket();
    judge(false);
    return false;
  }
  RedisHooks::attach(*context_, *this);
  redisAsyncSetConnectCallback(context_, &RedisHooks::connected);
  log_in(at);
  return context_ != nullptr;
}

/// A name may lead elsewhere after a failover, so each new connection asks again. Whoever calls meanwhile does not
/// wait.
void RedisConnection::resolve() {
  if (resolving_) return;
  resolving_ = true;
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          [self = weak_from_this()](const boost::system::error_code& failed, const auto& found) {
                            const auto here = self.lock();
                            if (!here) return;
                            here->resolving_ = false;
                            if (!failed && !found.empty()) {
                              here->numeric_host_ = found.begin()->endpoint().address().to_string();
                            } else {
                              here->judge(false);
                            }
                          });
}

/// Goes out in front of the command that opened the connection; a refusal is noticed when its reply comes.
void RedisConnection::log_in(Time at) {
  const std::string database = std::to_string(options_.database);
  const auto add = [&](const RedisWords& words) {
    Call call{nullptr, at, at};
    call.login = true;
    issue(words, std::move(call));
  };
  if (!options_.password.empty() && options_.user.empty()) add({"AUTH", options_.password});
  if (!options_.password.empty() && !options_.user.empty()) add({"AUTH", options_.user, options_.password});
  if (options_.database != 0) add({"SELECT", database});
  add({"CLIENT", "SETNAME", "kassad"});
}

void RedisConnection::issue(const RedisWords& words, Call call) {
  ensure(words.size() <= kWordsMax, "a redis command of too many words");
  std::array<const char*, kWordsMax> text{};
  std::array<std::size_t, kWordsMax> size{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    text[i] = words[i].data();
    size[i] = words[i].size();
  }
  const int taken = context_ == nullptr
                        ? REDIS_ERR
                        : redisAsyncCommandArgv(context_, &RedisHooks::reply, nullptr, static_cast<int>(words.size()),
                                                text.data(), size.data());
  if (taken == REDIS_OK) {
    calls_.push_back(std::move(call));
    want_read();
  } else if (call.waiter) {
    call.waiter->answer(Error{Errc::kUpstreamNotSent, "redis is not connected"});
  }
}

void RedisConnection::want_read() {
  if (reading_ || in_read_ || context_ == nullptr || !connected_ || calls_.empty()) return;
  reading_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this(), generation = generation_](const boost::system::error_code& failed) {
                       if (generation != self->generation_) return;
                       self->reading_ = false;
                       if (failed || self->context_ == nullptr) return;
                       self->read_now();
                     });
}

/// hiredis asks to read on before it hands out the replies, when it is not known yet whether more are due.
void RedisConnection::read_now() {
  in_read_ = true;
  redisAsyncHandleRead(context_);
  in_read_ = false;
  if (context_ != nullptr && context_->c.reader->len - context_->c.reader->pos > kReplyBytesMax) {
    log_.error("redis.reply_too_large", {{"node", to_text(address_)}});
    drop_socket();
    judge(false);
  }
  want_read();
}

void RedisConnection::want_write() {
  if (context_ == nullptr || writing_) return;
  // What is called in one go is written in one go: after the handlers that are ready to run now.
  if (connected_ && !in_write_) {
    if (flushing_) return;
    flushing_ = true;
    asio::post(executor_, [self = shared_from_this(), generation = generation_] {
      if (generation != self->generation_) return;
      self->flushing_ = false;
      self->write_now();
    });
    return;
  }
  writing_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this(), generation = generation_](const boost::system::error_code& failed) {
                       if (generation != self->generation_) return;
                       self->writing_ = false;
                       if (!failed) self->write_now();
                     });
}

void RedisConnection::write_now() {
  if (context_ == nullptr) return;
  in_write_ = true;
  redisAsyncHandleWrite(context_);
  in_write_ = false;
  want_read();
}

void RedisConnection::take(const redisReply* reply) {
  if (calls_.empty()) return;
  Call call = std::move(calls_.front());
  calls_.pop_front();
  if (reply == nullptr) {
    judge(false);
    if (!call.waiter) return;
    call.waiter->answer(connected_ ? Error{Errc::kUpstreamUnknown, "the connection to redis was lost"}
                                   : Error{Errc::kUpstreamNotSent, "redis is not connected"});
    return;
  }
  RedisReply copy = copy_reply(*reply);
  const bool well = is_answer(copy);
  if (call.login && !well) log_.error("redis.login_refused", {{"node", to_text(address_)}});
  if (wants_new_connection(copy) || (call.login && !well)) {
    // Not from within a callback of hiredis.
    asio::post(executor_, [self = shared_from_this(), generation = generation_] {
      if (generation == self->generation_) self->drop_socket();
    });
  }
  if (!call.waiter) return;
  judge(well);
  call.waiter->answer(std::move(copy));
}

/// hiredis gives up the socket, of its own accord or because it was told to; the callbacks of open calls follow.
void RedisConnection::socket_gone() noexcept {
  if (context_ == nullptr) return;
  context_ = nullptr;
  if (socket_.is_open()) socket_.release();
  ++generation_;
  reading_ = false;
  writing_ = false;
  flushing_ = false;
  numeric_host_.clear();
  retry_at_ = now() + pause_;
  pause_ = std::min(pause_ * 2, kPauseMax);
}

void RedisConnection::drop_socket() {
  if (context_ == nullptr) return;
  redisAsyncContext* const context = context_;
  const bool attached = context->ev.data != nullptr;
  if (!attached) socket_gone();
  redisAsyncFree(context);
  connected_ = false;
}

void RedisConnection::arm(Time at) {
  if (at >= armed_for_) return;
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failed) {
    if (!failed) self->tick();
  });
}

void RedisConnection::tick() {
  armed_for_ = Time::max();
  const Time at = now();
  for (Call& call : calls_) {
    if (!call.waiter || call.until > at) continue;
    WaiterPtr<RedisReply> waiter = std::move(call.waiter);
    judge(false);
    waiter->answer(Error{Errc::kTimeout, "redis did not answer in time"});
  }
  if (!calls_.empty() && at - calls_.front().sent >= kSilenceMax) drop_socket();
  if (calls_.empty()) return;
  Time next = calls_.front().sent + kSilenceMax;
  for (const Call& call : calls_) {
    if (call.waiter) next = std::min(next, call.until);
  }
  arm(next);
}

void RedisConnection::judge(bool well) {
  if (well) {
    pause_ = kPauseMin;
    if (breaker_.succeeded(now())) log_.info("redis.back", {{"node", to_text(address_)}});
  } else if (breaker_.failed(now())) {
    log_.warn("redis.away", {{"node", to_text(address_)}});
  }
}

}  // namespace kassa::platform
