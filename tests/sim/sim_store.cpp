#include "tests/sim/sim_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::sim {

asio::awaitable<void> Turns::wait() {
  if (!random_) co_return;
  const auto executor = co_await asio::this_coro::executor;
  for (std::uint64_t yields = random_->below(4); yields > 0; --yields)
    co_await asio::post(executor, asio::use_awaitable);
}

bool SimStore::refuses(const ports::Transaction& transaction) {
  if (refusals_ == 0 || transaction.name != refused_) return false;
  --refusals_;
  return true;
}

asio::awaitable<void> SimStore::stand_still() {
  stalled_.clear();
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  standing_ = &timer;
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  standing_ = nullptr;
}

void SimStore::pass(std::string_view transaction, std::string_view moment) {
  if (fate_ == nullptr) return;
  fate_->reach(std::string(transaction) + "." + std::string(moment));
  fate_->check();
}

asio::awaitable<Result<ports::Committed>> SimStore::commit(ports::Transaction transaction) {
  co_await turns_.wait();
  if (transaction.name == stalled_) co_await stand_still();
  pass(transaction.name, "before");
  if (fate_ != nullptr) fate_->before_commit();
  const std::string_view name = transaction.name;
  if (refuses(transaction)) co_return Error{Errc::kStoreUnavailable, "the disk is full"};
  // With a seed the order of everything must follow from it, so nobody runs while the store works.
  if (turns_.seeded()) {
    auto done = inner_.commit_blocking(std::move(transaction));
    co_return co_await committed(name, std::move(done));
  }
  auto done = co_await inner_.commit(std::move(transaction));
  co_return co_await committed(name, std::move(done));
}

asio::awaitable<Result<ports::Committed>> SimStore::committed(std::string_view name, Result<ports::Committed> done) {
  if (fate_ != nullptr) fate_->after_commit();
  pass(name, "after");
  co_await turns_.wait();
  if (fate_ != nullptr) fate_->check();
  co_return std::move(done);
}

asio::awaitable<Result<std::vector<ports::Row>>> SimStore::query(ports::Step step) {
  co_await turns_.wait();
  if (fate_ != nullptr) fate_->check();
  if (turns_.seeded()) {
    auto rows = inner_.query_blocking(std::move(step));
    co_return co_await found(std::move(rows));
  }
  auto rows = co_await inner_.query(std::move(step));
  co_return co_await found(std::move(rows));
}

asio::awaitable<Result<std::vector<ports::Row>>> SimStore::found(Result<std::vector<ports::Row>> rows) {
  co_await turns_.wait();
  if (fate_ != nullptr) fate_->check();
  co_return std::move(rows);
}

}  // namespace kassa::sim
