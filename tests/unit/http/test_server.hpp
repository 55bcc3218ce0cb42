#pragma once
// A running Server with a tiny dispatcher, for tests over real sockets. One thread per io_context; the test's
// own thread is the client.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "services/base/ensure.hpp"
#include "services/http/body_source.hpp"
#include "services/platform/server/server.hpp"

namespace kassa::platform {

class QuietLog final : public ports::Log {
 public:
  void write(Level, std::string_view event, std::initializer_list<ports::LogField>) override {
    const std::lock_guard lock(mutex_);
    ++events_[std::string{event}];
  }
  [[nodiscard]] int count(const std::string& event) {
    const std::lock_guard lock(mutex_);
    return events_[event];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> events_;
};

class CountingMetrics final : public ports::Metrics {
 public:
  void count(std::string_view name, std::string_view label, std::int64_t by) override {
    const std::lock_guard lock(mutex_);
    values_[key(name, label)] += by;
  }
  void observe(std::string_view name, std::string_view label, std::chrono::nanoseconds) override {
    count(name, label, 1);
  }
  void gauge(std::string_view name, std::string_view, std::int64_t value) override {
    const std::lock_guard lock(mutex_);
    values_[std::string{name}] = value;
  }
  [[nodiscard]] std::int64_t value(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return values_[key];
  }

 private:
  static std::string key(std::string_view name, std::string_view label) {
    return std::string{name} + "{" + std::string{label} + "}";
  }
  std::mutex mutex_;
  std::map<std::string, std::int64_t> values_;
};

/// "one" and "two"; then it ends, throws, or waits until it is stopped.
class TwoPieces final : public http::BodySource {
 public:
  TwoPieces(std::string_view then, std::promise<void>& gone) : then_(then), gone_(gone) {}
  TwoPieces(const TwoPieces&) = delete;
  TwoPieces& operator=(const TwoPieces&) = delete;
  ~TwoPieces() override { gone_.set_value(); }

  asio::awaitable<std::string> next() override {
    if (++asked_ == 1) co_return "one";
    if (asked_ == 2) co_return "two";
    if (then_ == "throw") throw std::runtime_error("a bug");
    if (then_ == "end") co_return std::string{};
    gate_.emplace(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    if (!stopped_) co_await gate_->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::string{};
  }
  void stop() override {
    stopped_ = true;
    if (gate_) gate_->cancel();
  }

 private:
  const std::string then_;
  std::promise<void>& gone_;
  std::optional<asio::steady_timer> gate_;
  int asked_{};
  bool stopped_{};
};

/// Knows /echo, /facts, /trace, /big, /hold, /block, /throw, /out-of-memory, /injection, /empty,
/// /stream; anything else says its
/// path.
class TinyDispatcher final : public Dispatcher {
 public:
  static constexpr std::size_t kBodyMax = 100'000;
  static constexpr std::size_t kBigBytes = 8 * 1024 * 1024;

  asio::awaitable<http::Response> dispatch(http::Request& request) override {
    note(std::string{request.path});
    const std::string_view path = request.path;
    if (path == "/throw") throw std::runtime_error("a bug");
    if (path == "/out-of-memory") throw std::bad_alloc();
    if (path == "/hold") co_return co_await hold();
    if (path == "/block") {
      held_.set_value();
      unblock_.get_future().wait();
    }
    http::Response response{200, std::string{path}};
    response.content_type = "text/plain";
    if (path == "/echo") response.body = std::string{request.body};
    if (path == "/big") response.shared_body = big_;
    if (path == "/empty") response = http::Response{204, "never sent"};
    if (path == "/facts") response.body = facts_of(request);
    if (path == "/trace") response.body = request.trace_id + (request.traced ? " recorded" : " unrecorded");
    if (path == "/stream") response.source = std::make_shared<TwoPieces>(request.query, source_gone_);
    if (path == "/injection") response.headers.emplace_back("Location", "/a\r\nSet-Cookie: b");
    if (path == "/own") {
      response.headers = {{"Cache-Control", "max-age=60"}, {"Content-Length", "1"}, {"Connection", "x"}};
    }
    co_return response;
  }

  std::size_t body_bytes_max(http::Request& request) override {
    if (request.path == "/limit-throws") throw std::runtime_error("a bug");
    return request.path == "/no-body" ? 0 : kBodyMax;
  }

  http::Response failure(int status, std::string_view code, std::string_view content) override {
    return {status, std::string{code} + ": " + std::string{content}};
  }

  [[nodiscard]] std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  /// Returns once a request waits in /hold, or its whole thread in /block.
  void await_held() { held_.get_future().wait(); }
  /// Returns once the source of /stream is no more.
  void await_source_gone() { source_gone_.get_future().wait(); }
  void release_thread() { unblock_.set_value(); }
  void release_held() {
    const std::shared_ptr<asio::steady_timer> gate = gate_.lock();
    asio::post(gate->get_executor(), [gate] { gate->cancel(); });
  }

 private:
  asio::awaitable<http::Response> hold() {
    const auto executor = co_await asio::this_coro::executor;
    const auto gate = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    gate_ = gate;
    // The gate's wait begins before this posted task can run.
    asio::post(executor, [this] { held_.set_value(); });
    co_await gate->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return http::Response{200, "held"};
  }

  void note(std::string path) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(path));
  }

  static std::string facts_of(const http::Request& request) {
    std::string facts{to_text(request.method)};
    facts.append("|").append(request.path).append("|").append(request.query).append("|");
    facts.append(request.header("x-test")).append("|").append(request.body).append("|");
    facts.append(request.scheme).append("|").append(request.remote_address);
    return facts;
  }

  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::promise<void> held_;
  std::promise<void> unblock_;
  std::promise<void> source_gone_;
  std::weak_ptr<asio::steady_timer> gate_;  ///< Owned by the waiting coroutine.
  std::shared_ptr<const std::string> big_ = std::make_shared<const std::string>(kBigBytes, 'b');
};

class TestServer {
 public:
  explicit TestServer(ServerLimits limits = {}, ListenerOptions options = plain(), std::size_t threads = 1) {
    std::vector<asio::io_context*> raw;
    for (std::size_t i = 0; i < threads; ++i) {
      contexts_.push_back(std::make_unique<asio::io_context>(1));
      raw.push_back(contexts_.back().get());
    }
    server_ = std::make_unique<Server>(raw, std::move(options), dispatcher, log, metrics, limits);
    auto started = server_->start();
    ensure(started.has_value(), "the test server starts");
    port_ = started.value();
    for (const auto& context : contexts_) {
      threads_.emplace_back([&context = *context] {
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        pthread_sigmask(SIG_UNBLOCK, &broken_pipe, nullptr);  // The clients' thread blocks it.
        context.run();
      });
    }
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    for (const auto& context : contexts_) context->stop();
    for (auto& thread : threads_) thread.join();
    server_.reset();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The future is ready when the drain has completed.
  [[nodiscard]] std::future<void> drain() {
    return asio::co_spawn(*contexts_.back(), server_->drain(), asio::use_future);
  }

  static ListenerOptions plain() {
    ListenerOptions options;
    options.tls = false;
    return options;
  }

  TinyDispatcher dispatcher;
  QuietLog log;
  CountingMetrics metrics;

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::unique_ptr<Server> server_;
  std::vector<std::thread> threads_;
  std::uint16_t port_{};
};

}  // namespace kassa::platform
