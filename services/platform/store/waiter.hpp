#pragma once
// Who waits for an answer of the store: a suspended coroutine, resumed by a post to its own executor, or a
// blocked thread. A waiter is answered exactly once, from a thread of the store.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <memory>
#include <utility>

#include "services/base/result.hpp"

namespace kassa::platform {

namespace asio = boost::asio;

template <class T>
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void answer(Result<T> result) = 0;
};

template <class T>
using WaiterPtr = std::unique_ptr<Waiter<T>>;

/// Counts as outstanding work of the executor's context, so that its run() does not return meanwhile.
template <class T, class Handler>
class SuspendedWaiter final : public Waiter<T> {
 public:
  explicit SuspendedWaiter(Handler handler)
      : executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}

  void answer(Result<T> result) override {
    // What counts as the context's work ends here, after the post: until then the context is not gone, although the
    // handler may have run by then. This object may live on.
    const asio::any_io_executor work = std::move(executor_);
    const asio::any_io_executor executor = asio::prefer(work, asio::execution::outstanding_work.untracked);
    asio::post(executor, [handler = std::move(handler_), result = std::move(result)]() mutable {
      std::move(handler)(std::move(result));
    });
  }

 private:
  asio::any_io_executor executor_;
  Handler handler_;
};

template <class T>
class BlockedWaiter final : public Waiter<T> {
 public:
  explicit BlockedWaiter(std::promise<Result<T>> promise) : promise_(std::move(promise)) {}
  void answer(Result<T> result) override { promise_.set_value(std::move(result)); }

 private:
  std::promise<Result<T>> promise_;
};

/// Suspends the calling coroutine until the waiter handed to `target.submit(work, waiter)` is answered.
/// Cancellation is not honoured: work that was handed over will be carried out.
template <class T, class Target, class Work>
asio::awaitable<Result<T>> submit_and_suspend(Target& target, Work work) {
  auto hand_over = [&target](auto handler, Work&& handed) {
    using Handler = decltype(handler);
    target.submit(std::move(handed), std::make_unique<SuspendedWaiter<T, Handler>>(std::move(handler)));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(std::move(hand_over), asio::use_awaitable,
                                                                              std::move(work));
}

template <class T, class Target, class Work>
Result<T> submit_and_block(Target& target, Work work) {
  std::promise<Result<T>> promise;
  auto answer = promise.get_future();
  target.submit(std::move(work), std::make_unique<BlockedWaiter<T>>(std::move(promise)));
  return answer.get();
}

}  // namespace kassa::platform
