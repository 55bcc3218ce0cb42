#pragma once
// A sandbox gateway with a real SQLite book, and the gateways port on top of it: what the tests of this
// folder charge against. Requests to any other host land in `others`, which remembers them and sends nothing.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "payments/adapters/http_gateways.hpp"
#include "payments/adapters/sandbox/bank.hpp"
#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/temporary_folder.hpp"

namespace kassa::payments {

inline constexpr std::chrono::milliseconds kTime{2'000};
inline constexpr const char* kActionBase = "https://shop.example";

inline std::string book_schema() {
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../..";
  std::ifstream file(root / "infra/migrations/sandbox/0001_book.sql");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class T>
asio::awaitable<void> keep(asio::awaitable<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

/// Runs one awaitable to its end.
template <class T>
T run(asio::io_context& io, asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  asio::co_spawn(io, keep(std::move(work), result), [&failure](std::exception_ptr error) { failure = error; });
  io.restart();
  io.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(result).value();
}

class RefusingClient final : public ports::HttpClient {
 public:
  asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override {
    requests.push_back(std::move(request));
    ports::HttpReply reply;
    reply.error = "guard";
    co_return reply;
  }
  std::vector<ports::HttpRequest> requests;
};

inline Money eur(std::int64_t minor) { return Money{minor, Currency::from_code("EUR").value()}; }

inline ChargeRequest charge_request(std::string_view token, int number = 1, std::int64_t minor = 1999) {
  ChargeRequest request;
  request.store = StoreId{"store_1"};
  request.attempt = AttemptId{"pay_" + std::to_string(number)};
  request.order = OrderId{"ord_" + std::to_string(number)};
  request.gateway_key = "key_" + std::to_string(number);
  request.amount = eur(minor);
  request.instrument_type = "card";
  request.token = token;
  return request;
}

class SandboxWorld {
 public:
  SandboxWorld() { open_book(); }

  GatewayConfig gateway() const {
    GatewayConfig config;
    config.id = GatewayId{"gw_1"};
    config.adapter = "sandbox";
    config.settings = {{"tokens", {{"tok_500", "error_500_after_charge"}, {"tok_strange", "strange_status"}}}};
    config.credentials = "sandbox-credentials";
    return config;
  }
  ChargeReply charge(const ChargeRequest& request, std::chrono::milliseconds time = kTime) {
    const GatewayConfig config = gateway();
    return run(io, gateways->charge(config, request, time));
  }
  ChargeReply find(const ChargeRequest& request) {
    const GatewayConfig config = gateway();
    return run(io, gateways->find(config, request, kTime));
  }
  ChargeReply give_back(const ChargeRequest& request, std::string ref, Money amount, std::string key) {
    const GatewayConfig config = gateway();
    return run(io, gateways->give_back(config, request, ref, amount, key, kTime));
  }
  std::vector<sandbox::BookedCharge> book() { return run(io, bank->charges()).value(); }

  void open_book() {
    bank.reset();
    store.reset();
    platform::SqliteOptions options;
    options.file = book_file();
    store = std::make_unique<platform::SqliteStore>(options, failpoints, log, metrics,
                                                    [] { ADD_FAILURE() << "the book failed"; });
    const std::string schema = book_schema();
    const std::pair<std::string_view, std::string_view> migrations[] = {{"0001_book", schema}};
    const auto opened = store->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
    bank = std::make_unique<sandbox::SandboxBank>(*store, clock, others, kActionBase);
    gateways = std::make_unique<HttpGateways>(*bank, clock, metrics);
  }
  std::filesystem::path book_file() const { return folder.path() / "book.db"; }

  TemporaryFolder folder;
  GateFailpoints failpoints;
  EventLog log;
  SummingMetrics metrics;
  ManualClock clock;
  RefusingClient others;
  asio::io_context io;
  std::unique_ptr<platform::SqliteStore> store;
  std::unique_ptr<sandbox::SandboxBank> bank;
  std::unique_ptr<HttpGateways> gateways;
};

}  // namespace kassa::payments
