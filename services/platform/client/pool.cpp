#include "services/platform/client/pool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/base/limits.hpp"

namespace kassa::platform {
namespace {

constexpr std::chrono::seconds kSweepTime{5};

void drop_old(Destination& destination, Deadline::Time now) {
  std::erase_if(destination.idle,
                [&](const Destination::Idle& idle) { return now - idle.since > kIdleConnectionTime; });
}

}  // namespace

Slot::Slot(const asio::any_io_executor& executor, std::shared_ptr<Destination> destination)
    : destination_(std::move(destination)), turn_(executor) {}

Slot::~Slot() {
  auto& waiting = destination_->waiting;
  if (!held_) {
    waiting.remove(this);
  } else if (waiting.empty()) {
    --destination_->in_flight;
  } else {
    Slot* next = waiting.front();
    waiting.pop_front();
    next->held_ = true;  // The place is handed over: nobody who comes now can take it first.
    next->turn_.cancel();
  }
}

asio::awaitable<bool> Slot::acquire(Deadline::Time until) {
  if (destination_->in_flight < limits::kOutgoingPerHostMax) {
    ++destination_->in_flight;
    held_ = true;
    co_return true;
  }
  if (destination_->waiting.size() >= kWaitingPerHostMax) co_return false;
  destination_->waiting.push_back(this);
  turn_.expires_at(until);
  co_await turn_.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return held_;
}

std::shared_ptr<Destination> Pool::destination(const std::string& key) {
  const auto now = std::chrono::steady_clock::now();
  if (now - swept_ > kSweepTime) sweep(now);
  auto& found = destinations_[key];
  if (!found) found = std::make_shared<Destination>();
  return found;
}

std::shared_ptr<OutgoingConnection> Pool::take(Destination& destination) {
  drop_old(destination, std::chrono::steady_clock::now());
  while (!destination.idle.empty()) {
    auto connection = std::move(destination.idle.back().connection);
    destination.idle.pop_back();
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void Pool::give_back(Destination& destination, std::shared_ptr<OutgoingConnection> connection) {
  if (destination.idle.size() >= kIdlePerHostMax) destination.idle.erase(destination.idle.begin());
  destination.idle.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

void Pool::sweep(Deadline::Time now) {
  swept_ = now;
  for (auto& [key, destination] : destinations_) drop_old(*destination, now);
  // A destination that somebody holds is in use even while nothing is in flight yet.
  std::erase_if(destinations_,
                [](const auto& entry) { return entry.second.use_count() == 1 && entry.second->idle.empty(); });
}

}  // namespace kassa::platform
