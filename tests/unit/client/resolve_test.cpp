// Look-ups of names: bounded, apart from each other, kept for a while.

#include "services/platform/client/resolve.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <mutex>

namespace kassa::platform {
namespace {

using namespace std::chrono_literals;

/// A system resolver whose answers for "slow..." names wait until they are let go.
class Names {
 public:
  Resolver::Addresses operator()(const std::string& host) {
    ++asked;
    std::unique_lock lock(mutex_);
    if (host.starts_with("slow")) open_.wait(lock, [&] { return free_; });
    if (host.starts_with("none")) return {};
    return {asio::ip::make_address("192.0.2.1")};
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    free_ = true;
    open_.notify_all();
  }
  std::atomic<int> asked{0};

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  bool free_{false};
};

class Resolving : public ::testing::Test {
 protected:
  ~Resolving() override { names.let_go(); }

  std::size_t ask(Resolver& resolver, const std::string& host, std::chrono::milliseconds wait = 5s) {
    std::size_t found = 0;
    const auto until = std::chrono::steady_clock::now() + wait;
    context.restart();
    asio::co_spawn(context, resolver.resolve(host, 443, until),
                   [&](const std::exception_ptr&, const std::vector<asio::ip::tcp::endpoint>& endpoints) {
                     found = endpoints.size();
                     answered = true;
                   });
    answered = false;
    while (!answered) context.run_one();
    return found;
  }
  Resolver make() {
    return Resolver(context.get_executor(), [this](const std::string& host) { return names(host); });
  }

  asio::io_context context;
  Names names;
  bool answered{false};
};

TEST_F(Resolving, a_name_that_was_found_is_not_asked_for_again) {
  Resolver resolver = make();
  EXPECT_EQ(ask(resolver, "gateway.example"), 1U);
  EXPECT_EQ(ask(resolver, "gateway.example"), 1U);
  EXPECT_EQ(names.asked, 1);
  EXPECT_EQ(ask(resolver, "none.example"), 0U);
  EXPECT_EQ(ask(resolver, "none.example"), 0U);
  EXPECT_EQ(names.asked, 3) << "what was not found is";
}

TEST_F(Resolving, when_too_many_names_are_slow_further_ones_are_refused_at_once) {
  Resolver strangers = make();
  for (std::size_t i = 0; i < kLookUpsMax; ++i) {
    EXPECT_EQ(ask(strangers, "slow" + std::to_string(i) + ".example", 1ms), 0U);
  }
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(strangers, "quick.example", 60s), 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 30s);
  Resolver gateways = make();
  EXPECT_EQ(ask(gateways, "gateway.example"), 1U) << "another resolver does not notice";
  names.let_go();
  while (ask(strangers, "quick.example") == 0) context.poll();
}

TEST_F(Resolving, no_more_than_so_many_names_are_kept) {
  Resolver resolver = make();
  for (std::size_t i = 0; i <= kNamesKeptMax; ++i) ask(resolver, "n" + std::to_string(i) + ".example");
  const int before = names.asked;
  int forgotten = 0;
  for (std::size_t i = 0; i <= kNamesKeptMax; ++i) {
    ask(resolver, "n" + std::to_string(i) + ".example");
    forgotten += names.asked > before ? 1 : 0;
  }
  EXPECT_GE(forgotten, 1);
}

}  // namespace
}  // namespace kassa::platform
