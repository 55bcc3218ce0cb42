#pragma once
// A whole checkout service over real SQLite files, a real sandbox gateway and a clock that only the test moves. What
// survives a process (files, gateway, last edits, merchant) belongs to the World; what dies with it is a Process, which
// may be ended politely or killed and is then built again from the files. One io_context, one thread.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include <gmock/gmock.h>

#include "payments/adapters/http_gateways.hpp"
#include "payments/adapters/sandbox/bank.hpp"
#include "services/catalog/stock_view_memory.hpp"
#include "services/checkout/completer.hpp"
#include "services/platform/crypto/secret_box.hpp"
#include "services/platform/store/memory_session_cache.hpp"
#include "services/shoppers/person_keys.hpp"
#include "tests/sim/doubles.hpp"
#include "tests/sim/merchant.hpp"
#include "tests/sim/oracle.hpp"
#include "tests/sim/remembered.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/unit/checkout/plain_renderer.hpp"

namespace kassa::sim {

using checkout::Answer;

/// In memory where the machine offers that: a simulation commits tens of thousands of times.
class SimFolder {
 public:
  SimFolder();
  ~SimFolder();
  SimFolder(const SimFolder&) = delete;
  SimFolder& operator=(const SimFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// What is outside: survives every process.
struct Outside {
  explicit Outside(std::optional<std::uint64_t> seed);

  SimFolder folder;
  ManualClock clock;
  SeededRandom random;
  Turns turns;
  EventLog log;
  SummingMetrics metrics;
  NoFailpoints failpoints;
  platform::SodiumSecretBox box;
  EditTable edits;
  Merchant merchant;
  asio::io_context io;
  std::unique_ptr<platform::SqliteStore> book_file;
  std::unique_ptr<SimStore> book;
  DeadEnd dead_end;
  std::unique_ptr<payments::sandbox::SandboxBank> bank;
  std::unique_ptr<Wire> wire;
};

struct Process {
  explicit Process(Outside& outside);

  Fate fate;
  SimFailpoints failpoints;
  std::unique_ptr<platform::SqliteStore> main_file;
  std::unique_ptr<platform::SqliteStore> keys_file;
  SimStore main;
  SimStore keys;
  SimEdits edits;
  platform::MemorySessionCache cache;
  shoppers::CachedPersonKeys persons;
  checkout::Sessions sessions;
  catalog::MemoryStockView stock;
  SimSnapshots snapshots;
  checkout::OrderNumbers numbers;
  checkout::PlainRenderer renderer;
  checkout::Renderers renderers;
  payments::HttpGateways gateways;
  NoShoppers shoppers;
  checkout::CheckoutService service;
  checkout::Completer completer;
};

/// What a shopper wants; tells itself as a patch.
struct Basket {
  std::vector<std::pair<std::string, std::int64_t>> items;
  std::vector<std::string> codes{};
  std::string email{};
  [[nodiscard]] checkout::Patch patch() const;
};

class World {
 public:
  /// With a seed, the order in which coroutines go on follows from it.
  explicit World(std::optional<std::uint64_t> seed = std::nullopt);

  /// Ends the process and starts another from the files. Polite: the journal is written. Killed: it is not.
  void restart_politely();
  void kill_and_restart();
  /// As after a power cut: the table of last edits is gone.
  void reboot();

  template <class T>
  T run(asio::awaitable<T> work);
  /// Starts work and lets others run; await its end with run_until.
  template <class T>
  void start(asio::awaitable<T> work, std::optional<T>& result);
  void run_until(const std::function<bool()>& done);

  // Requests of the shopper "ucp:agent", each to its end.
  std::string create(const Basket& basket);
  Result<Answer> update(const std::string& id, const Basket& basket, std::string key = {});
  Result<Answer> get(const std::string& id);
  Result<Answer> complete(const std::string& id, std::string key, std::string token = "tok_ok");
  Result<Answer> cancel(const std::string& id, std::string key = {});
  asio::awaitable<Result<Answer>> completing(std::string id, std::string key, std::string token = "tok_ok");
  asio::awaitable<Result<Answer>> changing(std::string id, Basket basket);
  std::size_t tick();
  std::size_t expire();
  std::size_t flush();
  void approve(bool ok = true);

  /// A number out of the main database, or out of the gateway's book.
  std::int64_t number(std::string_view sql);
  std::string text(std::string_view sql);
  std::int64_t booked(std::string_view sql);
  [[nodiscard]] std::vector<std::string> violations(bool quiet = true,
                                                    const std::vector<Acknowledged>& acknowledged = {});

  checkout::Caller caller;
  Outside outside;
  std::unique_ptr<Process> process;
  Remembered remembered;
};

checkout::KeyUse key_use(const std::string& operation, const std::string& id, std::string key,
                         std::string fingerprint = "f");
checkout::CompleteCommand complete_command(const std::string& id, std::string key, std::string token);

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

template <class T>
T World::run(asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(outside.io, keep_result(std::move(work), result), [&](std::exception_ptr error) {
    failure = std::move(error);
    ended = true;
  });
  run_until([&ended] { return ended; });
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

template <class T>
void World::start(asio::awaitable<T> work, std::optional<T>& result) {
  asio::co_spawn(outside.io, keep_result(std::move(work), result), [](const std::exception_ptr& error) {
    if (error) ADD_FAILURE() << "a request ended with an exception";
  });
}

}  // namespace kassa::sim
