// bare_redis: the yardstick of the shared sessions. One connection of hiredis' blocking interface does three things in
// turn and prints the median time of each: PING, SET of a value, and the compare-and-set of such a value by a script,
// which is what an update of a session asks of Redis. It asks at the rate of the updates that it is compared with: in a
// tight loop nobody falls asleep, and a round trip looks shorter than any server can have it.

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loadtest/bare/program.hpp"

namespace kassa::load {
namespace {

using std::chrono::steady_clock;

constexpr const char* kKey = "bench:{bare}";
constexpr std::size_t kVersionBytes = 16;
constexpr std::string_view kCompareAndSet =
    "local have = redis.call('GETRANGE', KEYS[1], 0, 15) "
    "if have ~= ARGV[1] then return redis.call('GET', KEYS[1]) end "
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1";

struct FreeContext {
  void operator()(redisContext* context) const noexcept { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;
using Words = std::vector<std::string>;

class Redis {
 public:
  explicit Redis(int port) : context_(redisConnect("127.0.0.1", port)) {
    if (context_ == nullptr || context_->err != 0) throw std::runtime_error("no connection to redis");
  }

  Reply ask(const Words& words) {
    std::vector<const char*> data;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      data.push_back(word.data());
      sizes.push_back(word.size());
    }
    const auto count = static_cast<int>(words.size());
    Reply reply(static_cast<redisReply*>(redisCommandArgv(context_.get(), count, data.data(), sizes.data())));
    if (!reply || reply->type == REDIS_REPLY_ERROR) throw std::runtime_error("redis refused " + words.front());
    return reply;
  }

 private:
  std::unique_ptr<redisContext, FreeContext> context_;
};

std::string value_of(std::size_t size, std::size_t version) {
  std::string value(std::max(size, kVersionBytes), 'x');
  const std::string number = std::to_string(1'000'000'000'000'000 + version);
  value.replace(0, kVersionBytes, number);
  return value;
}

void wait_until(steady_clock::time_point time) {
  const auto left = std::chrono::nanoseconds(time - steady_clock::now()).count();
  if (left <= 0) return;
  const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
  ::ppoll(nullptr, 0, &wait, nullptr);
}

void run(int argc, char** argv) {
  if (argc != 5) throw std::runtime_error("usage: bare_redis PORT BYTES ROUNDS PER_SECOND");
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  Redis redis(std::stoi(argv[1]));
  const std::size_t size = std::stoul(argv[2]);
  const std::size_t rounds = std::max<std::size_t>(1, std::stoul(argv[3]));
  const std::chrono::nanoseconds pause{1'000'000'000 / std::max(1, std::stoi(argv[4]))};
  auto next = steady_clock::now();
  const Reply loaded = redis.ask({"SCRIPT", "LOAD", std::string(kCompareAndSet)});
  const std::string script(loaded->str, loaded->len);
  std::array<std::vector<steady_clock::duration>, 3> took;
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::string old = value_of(size, 2 * i);
    const std::array<Words, 3> commands{
        Words{"PING"}, Words{"SET", kKey, old, "PX", "60000"},
        Words{"EVALSHA", script, "1", kKey, old.substr(0, kVersionBytes), value_of(size, 2 * i + 1), "60000"}};
    for (std::size_t which = 0; which < commands.size(); ++which) {
      wait_until(next += pause);
      const auto begun = steady_clock::now();
      const Reply reply = redis.ask(commands[which]);
      took[which].push_back(steady_clock::now() - begun);
      if (which == 2 && reply->integer != 1) throw std::runtime_error("the compare-and-set was refused");
    }
  }
  std::printf("{\"ping_p50_us\":%.1f,\"set_p50_us\":%.1f,\"compare_and_set_p50_us\":%.1f}\n", median_us(took[0]),
              median_us(took[1]), median_us(took[2]));
}

}  // namespace
}  // namespace kassa::load

int main(int argc, char** argv) { return kassa::load::main_of("bare_redis", kassa::load::run, argc, argv); }
