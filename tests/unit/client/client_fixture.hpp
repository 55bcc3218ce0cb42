#pragma once
// One io_context, one client and real log and metrics for a test of the client; call() runs until the answer
// is there.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>

#include "services/platform/client/client.hpp"
#include "services/platform/obs/log.hpp"
#include "services/platform/obs/metrics.hpp"
#include "services/platform/obs/system_clock.hpp"
#include "tests/unit/client/certificates.hpp"
#include "tests/unit/client/scripted_server.hpp"

namespace kassa::platform::testing {

class ClientFixture : public ::testing::Test {
 protected:
  ClientFixture() {
    ClientOptions options;
    options.extra_ca_files = {authority().file()};
    client_ = std::make_unique<Client>(context_.get_executor(), options, log_, metrics_);
  }

  static const Authority& authority() {
    static const Authority shared;
    return shared;
  }
  static const Identity& localhost() {
    static const Identity shared = authority().issue("DNS:localhost,IP:127.0.0.1", 30);
    return shared;
  }

  static ports::HttpRequest request(const char* method, std::string url) {
    ports::HttpRequest made{method, std::move(url)};
    made.allow_loopback = true;
    if (made.method == "POST") made.body = "{\"amount\":100}";
    return made;
  }

  /// Starts a call; the answer appears in the returned place.
  std::shared_ptr<std::optional<ports::HttpReply>> start(ports::HttpRequest made) {
    auto place = std::make_shared<std::optional<ports::HttpReply>>();
    asio::co_spawn(context_, client_->send(std::move(made)), [place](std::exception_ptr error, ports::HttpReply reply) {
      if (error) reply.error = "exception";
      *place = std::move(reply);
    });
    return place;
  }

  ports::HttpReply call(ports::HttpRequest made) {
    const auto place = start(std::move(made));
    run_until([&] { return place->has_value(); });
    return **place;
  }

  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) context_.run_one();
  }

  /// Closed last: the log writes to it until its own end.
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere_{std::fopen("/dev/null", "w"), &std::fclose};
  SystemClock clock_;
  PrometheusMetrics metrics_;
  SpdlogLog log_{clock_, metrics_, ports::Log::Level::kInfo, nowhere_.get()};
  asio::io_context context_;
  std::unique_ptr<Client> client_;
};

}  // namespace kassa::platform::testing
