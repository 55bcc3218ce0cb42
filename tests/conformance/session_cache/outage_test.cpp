// Redis that is slow, restarts, forgets its scripts or refuses: the caller is told within the budget, and service comes
// back by itself.

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <thread>

#include "tests/conformance/session_cache/backend.hpp"

namespace kassa {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

class Outage : public testing::Test {
 protected:
  /// Nodes of `server` with the budget of production.
  class Nodes final : public RedisNodes {
   public:
    explicit Nodes(const std::string& url) : RedisNodes(url, 20ms) {}
    void lose_everything() override {}
  };

  bool works() { return test.run(test.node(0).get(kShop, kOne)).has_value(); }
  Errc refusal() {
    const auto answer = test.run(test.node(0).get(kShop, kOne));
    return answer ? Errc::kOk : answer.error().code;
  }
  bool put(std::optional<SessionVersion> expected, SessionVersion next) {
    auto kept = test.run(test.node(0).put(kShop, kOne, expected, entry(test.clock, next, "v")));
    return kept && kept.value();
  }

  RedisServer server;
  Nodes test{server.url()};
};

TEST_F(Outage, ASlowServerCostsTheBudgetAndNoMore) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  server.send({"DEBUG", "SLEEP", "0.4"});
  const auto begin = Steady::now();
  while (works()) {
  }
  EXPECT_LT(Steady::now() - begin, 200ms);
  EXPECT_TRUE(eventually([&] { return works(); }));
  EXPECT_TRUE(put(SessionVersion{0, 1}, {0, 2})) << "late replies are matched to their own calls";
}

TEST_F(Outage, AfterThreeFailuresNobodyWaits) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  server.send({"DEBUG", "SLEEP", "0.5"});
  while (!test.log.saw("redis.away")) static_cast<void>(works());
  const auto begin = Steady::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(refusal(), Errc::kUpstreamNotSent);
  EXPECT_LT(Steady::now() - begin, 20ms) << "twenty calls take less than one budget";
  EXPECT_TRUE(eventually([&] { return works(); }));
  EXPECT_TRUE(eventually([&] { return works() && test.log.saw("redis.back"); }));
}

TEST_F(Outage, AServerThatStaysSilentIsLeftAndComesBack) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  server.send({"DEBUG", "SLEEP", "2.5"});
  while (!test.log.saw("redis.away")) static_cast<void>(works());
  EXPECT_TRUE(eventually([&] { return works(); }));
  EXPECT_TRUE(put(SessionVersion{0, 1}, {0, 2}));
}

TEST_F(Outage, ARestartedServerIsFoundAgainEmpty) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  server.kill();
  EXPECT_FALSE(works());
  const auto begin = Steady::now();
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(works());
  EXPECT_LT(Steady::now() - begin, 100ms);
  server.start();
  ASSERT_TRUE(eventually([&] { return works(); }));
  EXPECT_EQ(text_of(test.run(test.node(0).get(kShop, kOne)).value()), "nothing");
  EXPECT_TRUE(eventually([&] { return put(std::nullopt, {1, 1}); }));
}

TEST_F(Outage, AnIdleConnectionThatTheServerClosedIsReplacedUnnoticed) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  static_cast<void>(server.command({"CLIENT", "KILL", "TYPE", "normal"}));
  EXPECT_TRUE(works());
}

TEST_F(Outage, ForgottenScriptsAreSentAgain) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  static_cast<void>(server.command({"SCRIPT", "FLUSH"}));
  EXPECT_TRUE(put(SessionVersion{0, 1}, {0, 2}));
  static_cast<void>(server.command({"SCRIPT", "FLUSH"}));
  EXPECT_TRUE(works());
}

TEST_F(Outage, AFullServerRefusesWritesAndKeepsReading) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  static_cast<void>(server.command({"CONFIG", "SET", "maxmemory", "1"}));
  EXPECT_FALSE(put(SessionVersion{0, 1}, {0, 2}));
  EXPECT_TRUE(works());
  static_cast<void>(server.command({"CONFIG", "SET", "maxmemory", "0"}));
  EXPECT_TRUE(put(SessionVersion{0, 1}, {0, 2}));
}

TEST_F(Outage, APrimaryThatBecameAReplicaIsLeft) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  const RedisServer other;
  static_cast<void>(server.command({"REPLICAOF", "127.0.0.1", std::to_string(other.port())}));
  EXPECT_FALSE(put(SessionVersion{0, 1}, {0, 2}));
  static_cast<void>(server.command({"REPLICAOF", "NO", "ONE"}));
  EXPECT_TRUE(eventually([&] { return works(); }));
}

asio::awaitable<void> get_into(ports::SessionCache& cache, std::vector<Errc>& answers) {
  const auto answer = co_await cache.get(kShop, kOne);
  answers.push_back(answer ? Errc::kOk : answer.error().code);
}

TEST_F(Outage, MoreCommandsThanAllowedAreRefusedAtOnce) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  server.send({"DEBUG", "SLEEP", "0.1"});
  std::vector<Errc> answers;
  constexpr std::size_t kCalls = 1'500;
  for (std::size_t i = 0; i < kCalls; ++i) {
    asio::co_spawn(test.io, get_into(test.node(0), answers), [](const std::exception_ptr&) {});
  }
  test.io.restart();
  while (answers.size() < kCalls) test.io.run_one();
  EXPECT_EQ(std::ranges::count(answers, Errc::kOverloaded), kCalls - test.options.in_flight_max);
  EXPECT_TRUE(eventually([&] { return works(); }));
}

TEST_F(Outage, WhatWentBackInTimeIsNotBelieved) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  const std::string key = platform::RedisSessionCache::key_of(kShop, kOne);
  const std::string old = server.command({"GET", key}).text;
  ASSERT_TRUE(put(SessionVersion{0, 1}, {0, 2}));
  static_cast<void>(server.command({"SET", key, old}));  // As a failover does that lost the second write.
  EXPECT_EQ(text_of(test.run(test.node(0).get(kShop, kOne)).value()), "nothing");
  EXPECT_EQ(server.command({"EXISTS", key}).integer, 0) << "so that nobody else believes it either";
}

TEST_F(Outage, AnotherValueOfTheSameVersionIsAnotherValue) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  const std::string key = platform::RedisSessionCache::key_of(kShop, kOne);
  const std::string old = server.command({"GET", key}).text;
  ASSERT_TRUE(put(SessionVersion{0, 1}, {0, 2}));
  static_cast<void>(server.command({"SET", key, old}));  // As a failover does that lost the second write.
  const auto other = entry(test.clock, {0, 2}, "another second value");
  ASSERT_TRUE(test.run(test.node(1).get(kShop, kOne)));
  ASSERT_TRUE(test.run(test.node(1).put(kShop, kOne, SessionVersion{0, 1}, other)).value());
  EXPECT_FALSE(put(SessionVersion{0, 2}, {0, 3})) << "it is not the second value that this node knows";
  EXPECT_EQ(text_of(test.run(test.node(0).get(kShop, kOne)).value()), "another second value");
}

TEST_F(Outage, AConnectionLogsInAndPicksItsDatabase) {
  static_cast<void>(server.command({"ACL", "SETUSER", "kassa", "on", ">p@ss:w/rd", "~kassa:*", "+@all"}));
  static_cast<void>(server.command({"ACL", "SETUSER", "default", "resetpass", ">other"}));
  const std::string at = "127.0.0.1:" + std::to_string(server.port()) + "/3";
  const std::string login = "kassa:p%40ss%3Aw%2Frd";
  Nodes known("redis://" + login + "@" + at);
  const auto kept = known.run(known.node(0).put(kShop, kOne, std::nullopt, entry(known.clock, {0, 1}, "v")));
  EXPECT_TRUE(kept && kept.value());
  Nodes over_socket("redis+unix://" + login + "@" + server.socket() + "?db=3");
  EXPECT_EQ(text_of(over_socket.run(over_socket.node(0).get(kShop, kOne)).value()), "v");
  Nodes stranger("redis://" + at);
  EXPECT_FALSE(stranger.run(stranger.node(0).get(kShop, kOne)));
  Nodes wrong("redis://kassa:wrong@" + at);
  EXPECT_FALSE(wrong.run(wrong.node(0).get(kShop, kOne)));
  EXPECT_TRUE(wrong.log.saw("redis.login_refused"));
}

/// Answers whatever it is asked with one text that never ends.
class EndlessServer {
 public:
  EndlessServer() {
    thread_ = std::thread([this] {
      boost::system::error_code failed;
      while (!ended_) {
        asio::ip::tcp::socket socket(io_);
        acceptor_.accept(socket, failed);
        if (failed || ended_) return;
        std::array<char, 4'096> asked{};
        socket.read_some(asio::buffer(asked), failed);
        const std::string head = "$1073741824\r\n";
        asio::write(socket, asio::buffer(head), failed);
        const std::string block(65'536, 'x');
        while (!failed && !ended_) sent_ += asio::write(socket, asio::buffer(block), failed);
      }
    });
  }
  ~EndlessServer() {
    ended_ = true;
    boost::system::error_code ignored;
    asio::io_context io;
    asio::ip::tcp::socket last(io);
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  EndlessServer(const EndlessServer&) = delete;
  EndlessServer& operator=(const EndlessServer&) = delete;
  [[nodiscard]] std::string url() const {
    return "redis://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

 private:
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::atomic<bool> ended_{false};
  std::atomic<std::size_t> sent_{0};
  std::thread thread_;
};

TEST(Replies, OneThatNeverEndsDoesNotBecomeOurMemory) {
  std::signal(SIGPIPE, SIG_IGN);
  EndlessServer server;
  struct Patient final : RedisNodes {
    explicit Patient(const std::string& url) : RedisNodes(url, 900ms) {}
    void lose_everything() override {}
  };
  Patient test{server.url()};
  const auto ask = [&] { return test.run(test.node(0).get(kShop, kOne)); };
  // Within the time that a reply may take, at the latest at the second one.
  EXPECT_TRUE(eventually([&] { return !ask().has_value() && test.log.saw("redis.reply_too_large"); }));
  const std::size_t buffers = std::size_t{16} * 1024 * 1024;  // Of the two sockets.
  constexpr std::size_t kReplyMax = std::size_t{16} * 1024 * 1024;
  EXPECT_GT(server.sent(), kReplyMax / 2);
  const std::size_t before = server.sent();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask().has_value());
  EXPECT_LT(server.sent() - before, 3 * (kReplyMax + buffers)) << "each connection is left in time";
}

TEST_F(Outage, AThreadWithoutAConnectionIsToldSo) {
  asio::io_context stranger;
  std::vector<Errc> answers;
  asio::co_spawn(stranger, get_into(test.node(0), answers), [](const std::exception_ptr&) {});
  stranger.run();
  EXPECT_THAT(answers, testing::ElementsAre(Errc::kUpstreamNotSent));
}

TEST_F(Outage, AnIdleConnectionDoesNotKeepItsThreadRunning) {
  ASSERT_TRUE(put(std::nullopt, {0, 1}));
  const auto begin = Steady::now();
  test.io.restart();
  test.io.run();
  EXPECT_LT(Steady::now() - begin, 1s);
}

}  // namespace
}  // namespace kassa
