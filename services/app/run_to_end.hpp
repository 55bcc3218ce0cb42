#pragma once
// Running one coroutine to its end on the calling thread, for commands and start-up.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

namespace kassa::app {

namespace asio = boost::asio;

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

/// `context` may have other work queued; it is run as far as needed.
template <class T>
T run_to_end(asio::io_context& context, asio::awaitable<T> work) {
  std::optional<T> result;
  bool ended = false;
  std::exception_ptr failure;
  asio::co_spawn(context, keep_result(std::move(work), result), [&](std::exception_ptr failed) {
    failure = std::move(failed);
    ended = true;
  });
  while (!ended) context.run_one();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace kassa::app
