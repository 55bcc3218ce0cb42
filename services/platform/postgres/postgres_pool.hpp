#pragma once
// A thread with an io_context of its own and a handful of connections that share one bounded queue, fair by store. One
// queue for all I/O threads: a store's turn, the bound and the number of server processes then hold for the process
// and not for each thread; and no driver call, nor the resolver libpq blocks in, runs on an I/O thread. While no server
// can be reached, work waits for a moment (a restart takes no longer) and is then refused, at once from then on.

#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "services/platform/postgres/postgres_job.hpp"
#include "services/platform/store/fair_queue.hpp"

namespace kassa::platform {

class PostgresPool {
 public:
  PostgresPool(PostgresSession session, std::size_t connections, PostgresTools tools);
  ~PostgresPool();  ///< Carries out what is queued if the server can be reached, then closes.
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;

  /// From any thread. Refused at once: kOverloaded when the queue is full, kStoreUnavailable in an outage.
  void submit(const StoreId& store, std::size_t cost, PostgresJobPtr job);
  [[nodiscard]] const PostgresTools& tools() const noexcept { return tools_; }

 private:
  struct Seat {
    PostgresConnection db;
    asio::steady_timer wake;
    int failures{};
    bool up{};

    Seat(asio::io_context& io, const PostgresSession& session) : db(io, session), wake(io) {}
  };

  asio::awaitable<void> serve(Seat& seat);
  /// False when the pool is closing and this connection cannot help.
  asio::awaitable<bool> reach(Seat& seat, PostgresJobPtr& carried);
  asio::awaitable<PostgresJobPtr> next(Seat& seat);
  asio::awaitable<void> rest(Seat& seat);
  PostgresJobPtr pop();
  void wake_one();
  void wake_all();
  void note_up(Seat& seat);
  void note_down(Seat& seat);
  void await_outage();
  void refuse_all();
  [[nodiscard]] bool closing() const;
  [[nodiscard]] bool refusing() const;

  const PostgresSession session_;
  const PostgresTools tools_;
  asio::io_context io_{1};
  asio::steady_timer outage_;
  std::deque<Seat> seats_;      // Addresses stay.
  std::vector<Seat*> resting_;  // Of the pool's thread only, as are the seats.
  std::size_t up_{};            // Connected seats,
  std::size_t serving_{};       // and seats that are still served.

  mutable std::mutex mutex_;  // Guards the four below.
  FairQueue<PostgresJobPtr> queue_;
  std::size_t resters_{};  // Those resting, less the wakes on their way.
  bool closing_{};
  bool refusing_{};

  std::thread thread_;  // Last: runs only while everything above is alive.
};

}  // namespace kassa::platform
