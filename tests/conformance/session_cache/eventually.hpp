#pragma once
// Waiting for something outside this process, which tells nobody when it happens: asked every few milliseconds, with a
// deadline.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace kassa {

inline void pause_briefly() {
  boost::asio::io_context io;
  boost::asio::steady_timer timer(io, std::chrono::milliseconds{5});
  timer.async_wait([](const boost::system::error_code&) {});
  io.run();
}

/// True as soon as `done` holds; false when the time is over.
template <class Done>
bool eventually(Done done, std::chrono::seconds limit = std::chrono::seconds{20}) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pause_briefly();
  }
  return true;
}

}  // namespace kassa
